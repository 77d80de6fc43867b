import Glibc

/// A subscriber that ends at a chosen point, for the acknowledgement matrix.
///
///     AcknowledgementProbe <5|311> <port> <plain|authority file> <ending> <expected messages>
@main
struct AcknowledgementProbe {
    static func main() {
        guard var probe = Probe(arguments: Array(CommandLine.arguments.dropFirst())) else {
            exit(64)
        }
        probe.run()
    }
}
