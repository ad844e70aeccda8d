/// A Replaces value (RFC 3891 §6.1): the dialog whose place an INVITE takes, as the end that receives it knows it.
public struct Replaces: Hashable, Sendable {
    /// The dialog at the end that receives the INVITE: `to-tag` is its own tag, `from-tag` that of its peer.
    public var dialog: DialogID
    /// Whether only a call that is not answered yet may be replaced.
    public var isEarlyOnly: Bool

    /// The dialog to replace, as the receiver of the INVITE knows it.
    public init(_ dialog: DialogID, isEarlyOnly: Bool = false) {
        self.dialog = dialog
        self.isEarlyOnly = isEarlyOnly
    }

    /// The dialog that we know as `dialog`, as its other end knows it.
    public init(peerOf dialog: DialogID) {
        self.init(DialogID(callID: dialog.callID, localTag: dialog.remoteTag, remoteTag: dialog.localTag))
    }

    /// Reads `callid;to-tag=…;from-tag=…;early-only`; nil when it is malformed or lacks one of the tags.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        let span = bytes.span
        guard let semicolon = span.firstOffset(of: UInt8(ascii: ";"), in: 0..<span.count),
            let parameters = try? Parameters(headerField: span, from: semicolon, before: span.count)
        else { return nil }
        let callID = span.verbatimText(span.trimmed(0..<semicolon))
        let names = parameters.names.map(\.asciiLowercased)
        guard names.count(where: { $0 == "to-tag" }) == 1, names.count(where: { $0 == "from-tag" }) == 1,
            let toTag = parameters["to-tag"], let fromTag = parameters["from-tag"]
        else { return nil }
        self.init(
            DialogID(callID: callID, localTag: toTag, remoteTag: fromTag),
            isEarlyOnly: parameters.contains("early-only"))
        guard isWritable else { return nil }
    }

    /// Whether it can be written: a Call-ID or tag of a stranger may hold what would become another parameter.
    package var isWritable: Bool {
        func isToken(_ text: String) -> Bool { !text.isEmpty && text.utf8.allSatisfy { OctetSet.token.contains($0) } }
        let callID = dialog.callID.utf8
        return !callID.isEmpty && isToken(dialog.localTag) && isToken(dialog.remoteTag)
            && callID.allSatisfy {
                (OctetSet.callID.contains($0) || $0 == UInt8(ascii: "@"))
                    && $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: ",")
            }
    }
}

extension Replaces: CustomStringConvertible {
    /// The value as it is written in a message.
    public var description: String {
        "\(dialog.callID);to-tag=\(dialog.localTag);from-tag=\(dialog.remoteTag)" + (isEarlyOnly ? ";early-only" : "")
    }
}

extension URI {
    /// This address with a Replaces that whoever calls it is to put into the INVITE (RFC 3891 §4, RFC 5589 §7).
    package func asking(_ replaces: Replaces) -> URI {
        var uri = asRequestURI
        uri.query = "Replaces=" + replaces.description.escaped(except: .uriHeader)
        return uri
    }
}
