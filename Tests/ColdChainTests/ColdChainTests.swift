import Testing

@testable import ColdChain
