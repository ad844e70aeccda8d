/// What a server keeps instead of a password: the hash of `user:realm:password` (H(A1) in RFC 7616 §3.4.2).
///
/// Whoever reads it can log in as that user in that realm, so it is guarded like a password; it is shown nowhere.
public struct PasswordHash: Hashable, Sendable {
    /// The function that made it; it serves this function's algorithms alone.
    public let function: DigestAlgorithm.Function
    /// Lower-case hexadecimal digits, as many as the function gives.
    public let digits: String

    /// Hashes a password. The texts are taken as they are in UTF-8; RFC 7616 §4 wants them in NFC.
    public init(user: String, realm: String, password: String, _ function: DigestAlgorithm.Function) {
        self.function = function
        digits = function.hexHash(of: "\(user):\(realm):\(password)")
    }

    /// Reads a stored hash; nil unless it has the function's number of hexadecimal digits.
    public init?(_ function: DigestAlgorithm.Function, digits: String) {
        guard digits.utf8.count == function.digits, digits.allSatisfy(\.isHexDigit), digits.utf8.count == digits.count
        else { return nil }
        self.function = function
        self.digits = digits.asciiLowercased
    }
}

extension PasswordHash: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The function; never the digits.
    public var description: String { "\(function.rawValue) hash" }
    /// The function; never the digits.
    public var debugDescription: String { description }
    /// Nothing to look into.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
