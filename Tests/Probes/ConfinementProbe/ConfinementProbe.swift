import Confinement
import Glibc

/// Locks itself in as the codec program does, and then tries what the argument names. Says `free`
/// where that worked and `refused` where it did not; a forbidden call kills it before either.
@main
enum Probe {
    static func main() {
        do {
            // Room beside what is mapped already; more than `memory` asks for may not be had.
            try Confinement.enter(addressSpace: 1 << 30, descriptors: 16)
        } catch {
            print("not locked in: \(error)")
            exit(3)
        }
        let isFree = attempt(CommandLine.arguments.dropFirst().first ?? "")
        let word = isFree ? "free" : "refused"
        // Written by hand: `print` asks what kind of file standard output is.
        _ = unsafe word.withCString { text in unsafe write(1, text, strlen(text)) }
        exit(0)
    }

    private static func attempt(_ what: String) -> Bool {
        switch what {
        case "open": return unsafe open("/etc/hostname", O_RDONLY) >= 0
        case "create": return unsafe open("/tmp/freshwire-probe", O_WRONLY | O_CREAT, 0o600) >= 0
        case "socket": return socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) >= 0
        case "execute": return executes()
        case "process": return spawns()
        case "kill": return kill(getppid(), 0) == 0
        case "memory": return maps(bytes: 2 << 30, PROT_READ | PROT_WRITE)
        case "some memory": return maps(bytes: 1 << 20, PROT_READ | PROT_WRITE)
        case "code": return maps(bytes: 4096, PROT_READ | PROT_EXEC)
        case "make code": return makesCode()
        case "thread": return startsThread()
        case "time": return time(nil) > 0
        default: return false
        }
    }

    private static func executes() -> Bool {
        var words: [UnsafeMutablePointer<CChar>?] = unsafe [strdup("/bin/true"), nil]
        defer { unsafe free(words[0]) }
        return unsafe execv("/bin/true", &words) == 0
    }

    private static func spawns() -> Bool {
        var identifier: pid_t = 0
        var words: [UnsafeMutablePointer<CChar>?] = unsafe [strdup("/bin/true"), nil]
        defer { unsafe free(words[0]) }
        return unsafe posix_spawn(&identifier, "/bin/true", nil, nil, &words, environ) == 0
    }

    private static func maps(bytes: Int, _ protection: Int32) -> Bool {
        let page = unsafe mmap(nil, bytes, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        return Int(bitPattern: page) != -1
    }

    private static func makesCode() -> Bool {
        let page = unsafe mmap(
            nil, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        return unsafe mprotect(page, 4096, PROT_READ | PROT_EXEC) == 0
    }

    private static func startsThread() -> Bool {
        var thread = pthread_t()
        guard unsafe pthread_create(&thread, nil, { _ in nil }, nil) == 0 else { return false }
        return pthread_join(thread, nil) == 0
    }
}
