"""The servers that Freshwire's fan-out is raced against: nginx with Nchan, and Node's package ws."""

import os
import pathlib
import shutil

from . import programs
from .programs import BENCHMARKS, Program

NGINX = pathlib.Path("/usr/sbin/nginx")
NCHAN_MODULE = pathlib.Path("/usr/lib/nginx/modules/ngx_nchan_module.so")
# Where Debian keeps the modules of Node that it packages.
NODE_MODULES = "/usr/share/nodejs"

def are_installed():
    return (NGINX.exists() and NCHAN_MODULE.exists() and shutil.which("node") is not None
            and pathlib.Path(NODE_MODULES, "ws").exists())


NGINX_CONFIGURATION = """\
load_module {module};
daemon off;
user root;
worker_processes 1;
worker_rlimit_nofile 20000;
pid {path}/nginx.pid;
error_log {path}/error.log;
events {{ worker_connections 15000; }}
http {{
    access_log off;
    keepalive_requests 10000000;
    keepalive_timeout 600s;
    client_body_temp_path {path}/body;
    proxy_temp_path {path}/proxy;
    fastcgi_temp_path {path}/fastcgi;
    uwsgi_temp_path {path}/uwsgi;
    scgi_temp_path {path}/scgi;
    nchan_shared_memory_size 256m;
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        location = /sub {{
            nchan_subscriber websocket;
            nchan_channel_id race;
            nchan_subscriber_first_message newest;
        }}
        location = /pub {{
            nchan_publisher http;
            nchan_channel_id race;
            nchan_message_buffer_length 5000;
            nchan_message_timeout 10m;
        }}
    }}
}}
"""


class Rival(Program):
    """A server and its children."""

    def __init__(self, command, port, **options):
        self.port = port
        super().__init__(command, **options)
        programs.wait_until(
            lambda: programs.accepts(port), f"{command[0]} does not listen", 10)

    def cpu_seconds(self):
        return sum(programs.cpu_seconds(process) for process in self._processes())

    def proportional_bytes(self):
        return sum(programs.proportional_bytes(process) for process in self._processes())

    def _processes(self):
        first = self.process.pid
        children = pathlib.Path(f"/proc/{first}/task/{first}/children").read_text().split()
        return [first, *map(int, children)]


def nchan(path, pinned):
    port = programs.free_port()
    configuration = path / "nginx.conf"
    configuration.write_text(NGINX_CONFIGURATION.format(
        module=NCHAN_MODULE, path=path, port=port))
    return Rival(
        [*pinned, NGINX, "-p", path, "-e", path / "error.log", "-c", configuration],
        port)


def node_ws(path, pinned):
    port = programs.free_port()
    return Rival(
        [*pinned, "node", BENCHMARKS / "Race/node_ws.js", port], port,
        env={**os.environ, "NODE_PATH": NODE_MODULES}, cwd=path)
