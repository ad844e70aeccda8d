/// A person's name and password at their own exchange.
///
/// It prints as its user and nothing more, in whatever it is part of: a log that shows a command shows no password.
public struct DigestAccount: Hashable, Sendable {
    /// The user name, which for SIP is the user part of the address.
    public var user: String
    /// The password, in UTF-8; RFC 7616 §4 wants it in NFC.
    public var password: String
    /// Where it counts. Nil takes the realm that the registrar names when it first asks: nobody but our own exchange
    /// answers a REGISTER.
    public var realm: String?

    /// A name and its password.
    public init(user: String, password: String, realm: String? = nil) {
        self.user = user
        self.password = password
        self.realm = realm
    }
}

extension DigestAccount: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The user; never the password.
    public var description: String { "account of \(user)" }
    /// The user; never the password.
    public var debugDescription: String { description }
    /// Nothing to look into.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
