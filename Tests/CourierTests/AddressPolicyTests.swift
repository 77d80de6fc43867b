import Courier
import InteropSupport
import Testing

@Suite("Which addresses a delivery may connect to")
struct AddressPolicyTests {
    /// The first and the last address of each network that is refused, and its permitted
    /// neighbours; nil where the neighbour belongs to another refused network or to none.
    static let networks: [(first: String, last: String, before: String?, after: String?)] = [
        ("0.0.0.0", "0.255.255.255", nil, "1.0.0.0"),
        ("10.0.0.0", "10.255.255.255", "9.255.255.255", "11.0.0.0"),
        ("100.64.0.0", "100.127.255.255", "100.63.255.255", "100.128.0.0"),
        ("127.0.0.0", "127.255.255.255", "126.255.255.255", "128.0.0.0"),
        ("169.254.0.0", "169.254.255.255", "169.253.255.255", "169.255.0.0"),
        ("172.16.0.0", "172.31.255.255", "172.15.255.255", "172.32.0.0"),
        ("192.0.0.0", "192.0.0.255", "191.255.255.255", "192.0.1.0"),
        ("192.0.2.0", "192.0.2.255", "192.0.1.255", "192.0.3.0"),
        ("192.88.99.0", "192.88.99.255", "192.88.98.255", "192.88.100.0"),
        ("192.168.0.0", "192.168.255.255", "192.167.255.255", "192.169.0.0"),
        ("198.18.0.0", "198.19.255.255", "198.17.255.255", "198.20.0.0"),
        ("198.51.100.0", "198.51.100.255", "198.51.99.255", "198.51.101.0"),
        ("203.0.113.0", "203.0.113.255", "203.0.112.255", "203.0.114.0"),
        ("224.0.0.0", "239.255.255.255", "223.255.255.255", nil),
        ("240.0.0.0", "255.255.255.255", nil, nil),
        ("::", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", nil, "2000::"),
        ("2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", "2000:ffff::", "2001:200::"),
        ("2001:db8::", "2001:db8:ffff::ffff", "2001:db7:ffff::ffff", "2001:db9::"),
        ("2002::", "2002:ffff:ffff::ffff", "2001:ffff:ffff::", "2003::"),
        ("3fff::", "3fff:fff:ffff::ffff", "3ffe:ffff::", "3fff:1000::"),
        ("4000::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "3fff:ffff::ffff", nil),
    ]

    private func isPermitted(_ text: String, by policy: AddressPolicy = .init()) throws -> Bool {
        let address = try #require(IPAddress(text), "no address: \(text)")
        return policy.refusal(of: address, port: 443) == nil
    }

    @Test(
        "A refused network is refused from end to end, and its neighbours are not",
        arguments: networks)
    func edges(first: String, last: String, before: String?, after: String?) throws {
        #expect(try !isPermitted(first))
        #expect(try !isPermitted(last))
        if let before { #expect(try isPermitted(before)) }
        if let after { #expect(try isPermitted(after)) }
    }

    @Test(
        "Addresses within the named special ranges are refused",
        arguments: [
            "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:10.1.2.3",
            "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::169.254.169.254",
            "64:ff9b:1::a00:1", "100::1", "2001::1", "2002:7f00:1::", "2002:a9fe:a9fe::1",
            "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1",
            "169.254.169.254", "100.100.100.200", "255.255.255.255",
        ])
    func bypasses(text: String) throws {
        #expect(try !isPermitted(text))
    }

    @Test(
        "Hosts on the internet are permitted",
        arguments: [
            "1.1.1.1", "93.184.215.14", "2606:4700::1111", "2a00:1450:4001::200e",
            "::ffff:8.8.8.8",
        ])
    func publicHosts(text: String) throws {
        #expect(try isPermitted(text))
        #expect(AddressScope(of: try #require(IPAddress(text))) == .publicInternet)
    }

    @Test("The permission for private addresses opens sites and this machine, and no more")
    func privateAddresses() throws {
        var policy = AddressPolicy()
        policy.allowsPrivateAddresses = true
        for text in [
            "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "::1", "fd00::1",
            "::ffff:127.0.0.1",
        ] {
            #expect(try isPermitted(text, by: policy), "\(text)")
        }
        for text in [
            "169.254.169.254", "0.0.0.0", "::", "fe80::1", "224.0.0.1", "64:ff9b::7f00:1",
            "2002:7f00:1::", "::127.0.0.1", "::ffff:169.254.169.254",
        ] {
            #expect(try !isPermitted(text, by: policy), "\(text)")
        }
    }

    @Test("A permitted network opens what it names, and no more")
    func permittedNetworks() throws {
        var policy = AddressPolicy()
        policy.allowed = [
            try #require(Network("10.20.0.0/16")), try #require(Network("169.254.1.1")),
            try #require(Network("fd00:1::/32")),
        ]
        for text in ["10.20.255.1", "169.254.1.1", "fd00:1::5", "::ffff:10.20.0.1", "1.1.1.1"] {
            #expect(try isPermitted(text, by: policy), "\(text)")
        }
        for text in ["10.21.0.1", "169.254.1.2", "fd00:2::5", "127.0.0.1"] {
            #expect(try !isPermitted(text, by: policy), "\(text)")
        }
    }

    @Test("Where the daemon itself listens is refused, whatever else is permitted")
    func ownListeners() throws {
        var policy = AddressPolicy()
        policy.allowsPrivateAddresses = true
        policy.allowed = [try #require(Network("0.0.0.0/0")), try #require(Network("::/0"))]
        let own = try #require(IPAddress("10.0.0.5"))
        policy.ownListeners = [.init(address: own, port: 8080), .init(address: nil, port: 9090)]
        let mapped = try #require(IPAddress("::ffff:10.0.0.5"))
        #expect(policy.refusal(of: own, port: 8080) == .ownListener)
        #expect(policy.refusal(of: mapped, port: 8080) == .ownListener)
        #expect(policy.refusal(of: own, port: 8081) == nil)
        for text in ["127.0.0.1", "127.8.9.1", "::1"] {
            let loopback = try #require(IPAddress(text))
            #expect(policy.refusal(of: loopback, port: 9090) == .ownListener)
            #expect(policy.refusal(of: loopback, port: 8080) == nil)
        }
    }

    @Test(
        "What is no address is not read as one",
        arguments: [
            "", "1", "127.1", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.0x4",
            "1.2.3.", ".1.2.3", "1.2.3.4 ", "+1.2.3.4", "١.2.3.4", ":", ":::", "1::2::3",
            "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7::8", "12345::", "g::", "::1%eth0",
            "[::1]", "::1.2.3", "1.2.3.4::", "::ffff:1.2.3.4.5", "fe80::1/64", "localhost",
            "::" + String(repeating: "0:", count: 40) + "1",
        ])
    func notAddresses(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test(
        "Different spellings are the same address",
        arguments: [
            ("::ffff:7f00:1", "127.0.0.1"), ("0:0:0:0:0:ffff:127.0.0.1", "127.0.0.1"),
            ("2001:DB8::1", "2001:db8:0:0:0:0:0:1"), ("1::", "1:0:0:0:0:0:0:0"),
            ("::1.2.3.4", "::102:304"), ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
        ])
    func spellings(one: String, other: String) throws {
        let address = try #require(IPAddress(one))
        #expect(address == IPAddress(other))
        #expect(IPAddress(address.description) == address)
    }

    @Test(
        "What is no network is not read as one",
        arguments: [
            "", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/08",
            "10.0.0.0/8/8", "10.1.0.0/8", "::/129", "::1/64", "1.2.3.4/0", "ten/8",
        ])
    func notNetworks(text: String) {
        #expect(Network(text) == nil)
    }
}
