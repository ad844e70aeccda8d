import Crypto

/// How a digest is made (RFC 7616 §3.3, RFC 8760 §2.1).
public struct DigestAlgorithm: Hashable, Sendable {
    /// The hash functions, the weakest first.
    public enum Function: String, CaseIterable, Hashable, Sendable, Comparable {
        /// For old peers only.
        case md5 = "MD5"
        /// What RFC 8760 wants all to have.
        case sha256 = "SHA-256"

        /// By strength.
        public static func < (left: Function, right: Function) -> Bool { left == .md5 && right == .sha256 }

        /// The hash in lower-case hexadecimal digits, as it stands in messages.
        func hexHash(of text: String) -> String {
            let octets = Array(text.utf8)
            return switch self {
            case .md5: hexadecimal(Insecure.MD5.hash(data: octets))
            case .sha256: hexadecimal(SHA256.hash(data: octets))
            }
        }

        /// How many hexadecimal digits a hash has.
        public var digits: Int {
            switch self {
            case .md5: 32
            case .sha256: 64
            }
        }
    }

    /// The hash function.
    public var function: Function
    /// Whether nonces are mixed into the password's hash (`-sess`).
    public var isSession: Bool

    /// `MD5`.
    public static let md5 = DigestAlgorithm(.md5)
    /// `SHA-256`.
    public static let sha256 = DigestAlgorithm(.sha256)

    /// A function, and how the password's hash goes in.
    public init(_ function: Function, isSession: Bool = false) {
        self.function = function
        self.isSession = isSession
    }

    /// Reads the `algorithm` parameter, in any case; without one it is MD5 (RFC 7616 §3.3). Nil for one that we do not
    /// know.
    public init?(_ parameter: String?) {
        guard let name = parameter?.asciiLowercased else {
            self = .md5
            return
        }
        let known = Function.allCases.flatMap { [DigestAlgorithm($0), DigestAlgorithm($0, isSession: true)] }
        guard let algorithm = known.first(where: { $0.name.asciiLowercased == name }) else { return nil }
        self = algorithm
    }

    /// As it is written: `SHA-256`, `MD5-sess`.
    public var name: String { function.rawValue + (isSession ? "-sess" : "") }
}

/// Octets as lower-case hexadecimal digits.
func hexadecimal(_ octets: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for octet in octets {
        text.append(digits[Int(octet >> 4)])
        text.append(digits[Int(octet & 15)])
    }
    return String(decoding: text, as: UTF8.self)
}

/// Compares without telling by the time it takes how much is right.
func isEqualInConstantTime(_ one: some Collection<UInt8>, _ other: some Collection<UInt8>) -> Bool {
    guard one.count == other.count else { return false }
    return zip(one, other).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
}
