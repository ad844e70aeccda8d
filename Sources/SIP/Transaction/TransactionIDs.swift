extension TransactionLayer {
    /// Names a client transaction: what a response has to match (RFC 3261 §17.1.3).
    public struct ClientID: Hashable, Sendable {
        /// The branch that the layer put on the top Via; unique, and a token.
        public let branch: String
        /// The method in CSeq: a CANCEL has the branch of its INVITE.
        public let method: Method

        package init(branch: String, method: Method) {
            self.branch = branch
            self.method = method
        }
    }

    /// Names a server transaction: what a copy of a request, its ACK and its CANCEL have to match (RFC 3261 §17.2.3).
    ///
    /// The flow is part of it. A peer sees the branches of requests that were relayed to it; if they matched from
    /// anywhere, it could cancel or acknowledge for the one who sent them.
    public struct ServerID: Hashable, Sendable {
        /// The flow the request came on, and the responses leave on.
        public let flow: Flow
        /// The method of the request; that of the INVITE for its ACK.
        public let method: Method
        private let key: Key

        private enum Key: Hashable, Sendable {
            case branch(String, host: String, port: UInt16?)
            /// RFC 2543, or a cookie with nothing behind it (RFC 4475 §3.2.1): such branches are not unique. To's tag stays out: the ACK carries one that the INVITE lacks.
            /// Rare and large: a name of it is in some ten tables.
            indirect case fields(uri: URI, fromTag: String?, callID: String?, number: UInt32?, via: Via)
        }

        /// - Parameter via: the request's top Via as it was received.
        package init(_ request: Request, via: Via, on flow: Flow) {
            self.flow = flow
            method = request.method == .ack ? .invite : request.method
            if let branch = via.branch, branch != TransactionLayer.magicCookie,
                branch.hasPrefix(TransactionLayer.magicCookie)
            {
                key = .branch(branch, host: via.host, port: via.port)
            } else {
                key = .fields(
                    uri: request.uri, fromTag: request.from?.tag, callID: request.callID,
                    number: request.cseq?.number, via: via)
            }
        }

        private init(_ other: ServerID, method: Method) {
            flow = other.flow
            key = other.key
            self.method = method
        }

        /// The INVITE that a CANCEL with this identity cancels (§9.2).
        package var invite: ServerID { ServerID(self, method: .invite) }
    }

    /// A timer of one transaction. The host starts, cancels and hands it back when it fired; what is inside is the
    /// layer's affair.
    public struct Timer: Hashable, Sendable {
        package enum Name: Hashable, Sendable {
            case inviteClient(ClientID, InviteClientTransaction.Timer)
            case nonInviteClient(ClientID, NonInviteClientTransaction.Timer)
            case inviteServer(ServerID, InviteServerTransaction.Timer)
            case nonInviteServer(ServerID, NonInviteServerTransaction.Timer)
        }

        package let name: Name

        package init(_ name: Name) {
            self.name = name
        }
    }

    /// How every branch of RFC 3261 starts (§8.1.1.7); others are matched by RFC 2543's rules.
    static var magicCookie: String { "z9hG4bK" }

    /// Names a transaction of either role.
    package enum Member: Hashable, Sendable {
        case client(ClientID)
        case server(ServerID)
    }
}
