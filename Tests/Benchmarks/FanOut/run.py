#!/usr/bin/env python3
"""Fan-out: frames a CPU second of WebServer, beside a C program that only writes prepared frames.

    swift build -c release --product FanOutBench
    Tests/Benchmarks/FanOut/run.py [--repeat 3]

Server and clients run on one CPU each where there are two, on the loopback, with rounds at a fixed
interval. Of each pair the programs take turns, and the medians are compared. Ends with 1 where a
ratio is below 0.5 or an idle connection holds more than 8 KB. Needs about 20,000 open files.
"""
import argparse
import os
import re
import resource
import socket
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.normpath(os.path.join(HERE, "../../.."))
BUILT = os.path.join(ROOT, ".build", "bench")
SERVER = os.path.join(ROOT, ".build", "release", "FanOutBench")
PAYLOAD_BYTES = 200
LEAST_RATIO = 0.5
MOST_IDLE_BYTES = 8 * 1024
# Connections, rounds, frames a write, milliseconds between rounds.
SCENARIOS = [(1000, 100, 1, 20), (1000, 100, 16, 20), (10000, 16, 1, 250), (10000, 16, 16, 250)]
PATIENCE_S = 120


def compile_c(name):
    os.makedirs(BUILT, exist_ok=True)
    program = os.path.join(BUILT, name)
    source = os.path.join(HERE, name + ".c")
    subprocess.run(["cc", "-O2", "-Wall", "-Wextra", "-o", program, source], check=True)
    return program


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def pinned(cpu, command):
    cpus = sorted(os.sched_getaffinity(0))
    return ["taskset", "-c", str(cpus[cpu]), *command] if len(cpus) > 1 else command


def run(server_program, clients_program, scenario):
    connections, rounds, frames_a_write, interval = scenario
    port = free_port()
    numbers = [port, connections, rounds, frames_a_write, PAYLOAD_BYTES, interval]
    server = subprocess.Popen(
        pinned(0, [server_program, *map(str, numbers)]), stdout=subprocess.PIPE, text=True)
    clients = None
    try:
        if server.stdout.readline().strip() != "ready":
            sys.exit(f"{server_program} did not start")
        wanted = rounds * frames_a_write
        clients = subprocess.Popen(
            pinned(1, [clients_program, str(port), str(connections), str(wanted)]),
            stdout=subprocess.PIPE, text=True)
        output, _ = server.communicate(timeout=PATIENCE_S)
        received, _ = clients.communicate(timeout=PATIENCE_S)
    finally:
        for process in (server, clients):
            if process and process.poll() is None:
                process.kill()
                process.wait()
    frames, cpu = re.search(r"frames (\d+) cpu ([\d.]+)", output).groups()
    counted = int(re.search(r"frames (\d+)", received).group(1))
    if counted != int(frames):
        sys.exit(f"{frames} frames were sent, {counted} arrived")
    idle = re.search(r"idle bytes a connection (\d+)", output)
    return int(frames) / float(cpu), int(idle.group(1)) if idle else None


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--repeat", type=int, default=3)
    repeat = options.parse_args().repeat
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    floor, clients = compile_c("fanout_floor"), compile_c("fanout_clients")
    print("connections  frames/write  floor frames/CPU-s  server frames/CPU-s  ratio  idle B/conn")
    is_met = True
    for scenario in SCENARIOS:
        pairs = [(run(floor, clients, scenario), run(SERVER, clients, scenario))
                 for _ in range(repeat)]
        floor_rate = statistics.median(pair[0][0] for pair in pairs)
        server_rate = statistics.median(pair[1][0] for pair in pairs)
        idle = statistics.median(pair[1][1] for pair in pairs)
        ratio = server_rate / floor_rate
        is_met = is_met and ratio >= LEAST_RATIO and idle <= MOST_IDLE_BYTES
        print(f"{scenario[0]:11}  {scenario[2]:12}  {floor_rate:18,.0f}  {server_rate:19,.0f}"
              f"  {ratio:5.2f}  {idle:11,.0f}", flush=True)
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(main())
