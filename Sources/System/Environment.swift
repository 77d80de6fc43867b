internal import Glibc

/// The environment the process was started with.
package enum Environment {
    package static func value(_ name: String) -> String? {
        guard let text = unsafe getenv(name) else { return nil }
        return unsafe String(cString: text)
    }

    /// Sets a variable of this process. Before its first other thread only.
    package static func set(_ name: String, _ value: String) {
        unsafe setenv(name, value, 1)
    }

    /// The directory of the running program.
    package static var programDirectory: String? {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = unsafe buffer.withUnsafeMutableBytes { bytes in
            guard let start = bytes.baseAddress else { return 0 }
            return unsafe readlink("/proc/self/exe", start, bytes.count)
        }
        guard count > 0, let slash = buffer[..<count].lastIndex(of: UInt8(ascii: "/")) else {
            return nil
        }
        return String(decoding: buffer[..<slash], as: UTF8.self)
    }

    /// Every variable, by name.
    package static func all() -> [String: String] {
        var variables: [String: String] = [:]
        var entry = unsafe environ
        while let text = unsafe entry.pointee {
            let line = unsafe String(cString: text)
            if let equals = line.firstIndex(of: "=") {
                variables[String(line[..<equals])] = String(line[line.index(after: equals)...])
            }
            unsafe entry += 1
        }
        return variables
    }

    /// The name of the user the process runs as; `root` where the system knows none.
    package static var userName: String {
        guard let entry = unsafe getpwuid(geteuid()), let name = unsafe entry.pointee.pw_name
        else { return "root" }
        return unsafe String(cString: name)
    }

    /// The size of the terminal that standard output is, in characters; nil where it is none.
    package static var terminalSize: (columns: Int, rows: Int)? {
        var size = winsize()
        guard unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0,
            size.ws_row > 0
        else { return nil }
        return (Int(size.ws_col), Int(size.ws_row))
    }
}

/// The end of the process.
package enum Exit {
    package static func now(_ code: Int32) -> Never {
        exit(code)
    }
}
