import SIP

/// The two numbers of a dialog. They travel as the user part of the exchange's Record-Route and come back in Route,
/// so that requests within a dialog find the flow on which the other one is registered now, without a table of calls:
/// the flow tokens of RFC 5626 §5.3, but good for a number that came back on another flow.
struct Parties: Equatable {
    var caller: PhoneNumber
    var callee: PhoneNumber

    init(caller: PhoneNumber, callee: PhoneNumber) {
        self.caller = caller
        self.callee = callee
    }

    init?(user: String?) {
        guard let parts = user?.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false), parts.count == 2,
            let caller = PhoneNumber(user: String(parts[0])), let callee = PhoneNumber(user: String(parts[1]))
        else { return nil }
        self.init(caller: caller, callee: callee)
    }

    /// The other one; nil for a number that has no part in the dialog.
    func peer(of number: PhoneNumber) -> PhoneNumber? {
        if number == caller { return callee }
        return number == callee ? caller : nil
    }

    /// What the exchange adds on top of Record-Route: its address towards the caller and, where the callee sees
    /// another one, that above it (RFC 5658).
    func recordRoutes(from inbound: Flow, to outbound: Flow) -> [String] {
        let below = uri(on: inbound)
        let above = uri(on: outbound)
        return below == above ? [below] : [below, above]
    }

    private func uri(on flow: Flow) -> String {
        let transport = flow.transport.uriName.map { ";transport=\($0)" } ?? ""
        return "<sip:\(caller).\(callee)@\(flow.local)\(transport);lr>"
    }
}
