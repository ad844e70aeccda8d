/// Keys, and what comes of our own requests that are neither messages nor changes.
extension Session {
    mutating func press(_ text: String) -> [Effect] {
        guard state == .established else { return [] }
        for key in TelephoneKeys.keys(in: text) where errands.hasRoomForKeys {
            errands.add(
                Errands.Errand(
                    asked: .key, method: .info, contentType: TelephoneKeys.relay, body: TelephoneKeys.body(key)))
        }
        return proceed()
    }

    /// RFC 6086: without an Info-Package it is what telephones have always meant by INFO, keys; packages we know none of.
    func pressed(_ request: Request, _ transaction: TransactionLayer.ServerID) -> [Effect] {
        guard state == .established else { return answer(481, request, transaction) }
        guard !request.headers.contains("Info-Package") else {
            var refusal = Response(469, to: request)
            refusal.headers["Recv-Info"] = ""
            return [.respond(refusal, transaction)]
        }
        guard !request.body.isEmpty else { return answer(200, request, transaction) }
        do throws(BodyFault) {
            let key = try TelephoneKeys.key(in: request)
            return answer(200, request, transaction) + (key.isEmpty ? [] : [.report(.dtmf(id, key))])
        } catch {
            return [.respond(Capabilities.refusal(error.status, of: request), transaction)]
        }
    }

    mutating func run(_ errand: Errands.Errand) -> [Effect] {
        // INFO does not refresh the target (RFC 6086 §4.2), REFER and NOTIFY do.
        let contact = errand.method == .info ? nil : NameAddress(self.contact)
        var request = dialog.request(
            errand.method, contact: contact, contentType: errand.contentType, body: errand.body)
        for field in errand.fields { request.headers[field.name] = field.value }
        if errand.asked == .refer { transfer?.number = request.cseq?.number }
        return [.send(request, errand.asked)]
    }

    mutating func settle(_ asked: Asked, _ response: Response) -> [Effect] {
        guard response.isFinal, errands.settle(asked) else { return [] }
        let lives = dialog.receive(response)
        var effects: [Effect] = []
        switch asked {
        case .key:
            if response.status == 405 || response.status == 501 { effects += refrain(from: .info, response) }
        case .refer:
            if response.status == 405 || response.status == 501 { effects += refrain(from: .refer, response) }
            if let verdict = transfer?.receive(response) { effects += follow(verdict) }
        case .notice(let number):
            // Only the subscription ends with a 481, not the call (RFC 5057 §5.1).
            return (response.isSuccess ? [] : unsubscribe(number)) + proceed() + settleDown()
        case .message, .renewal, .prack:
            return []
        }
        return effects + (lives ? proceed() : part(SessionEnd(.gone, by: .them))) + settleDown()
    }

    /// No response came to one of them.
    mutating func failed(_ asked: Asked, _ failure: TransactionFailure) -> [Effect] {
        switch asked {
        case .refer:
            guard transfer != nil else { return [] }
            let end = StatusFragment(failure == .timedOut ? 408 : 503)
            return follow(.over([.failed(status: end.status, reason: end.reason)]))
        case .notice(let number):
            return unsubscribe(number)
        case .key, .message, .renewal, .prack:
            return []
        }
    }

    /// What only makes sense in a call is not sent any more. NOTIFY outlives the call, as the dialog does with it
    /// (RFC 5057 §4.1): who is called away is told how that went though it was hung up on.
    mutating func leaveCall() -> [Effect] {
        errands.leaveCall()
        guard let transfer, transfer.number == nil else { return [] }
        let end = StatusFragment(481)
        return follow(.over([.failed(status: end.status, reason: end.reason)]))
    }

    /// A session that is over is done with when nobody waits for news of a transfer any more.
    func settleDown() -> [Effect] {
        let isWaitedFor = transfer != nil || !referrals.isEmpty || !errands.isEmpty
        return state == .over && !isWaitedFor ? [.finished] : []
    }

    /// Without a flow there is nobody to tell.
    mutating func forgetReferrals() -> [Effect] {
        let timers = [Effect.cancel(.transfer)] + referrals.map { .cancel(.referral($0.number)) }
        transfer = nil
        referrals = []
        errands.abandon()
        return timers
    }
}
