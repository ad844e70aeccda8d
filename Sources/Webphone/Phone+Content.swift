import SIP

/// What messages carry: texts, plain or in the common format, and what two programs tell each other about them.
extension Phone {
    // MARK: Going out

    /// Bytes of a text that asks to be confirmed over UDP: that takes some 400 more, and a longer one is not to outgrow
    /// the datagram just for them.
    static let longestDatagramText = 256

    /// Whether a text asks to be confirmed: the other side's program understands that, and our person wants it.
    private func asks(_ text: String, in call: CallID) -> Bool {
        let accepted = calls.capabilities(of: call).accepts
        guard connection.flow?.transport != .udp || text.utf8.count <= Self.longestDatagramText else { return false }
        return preferences.tellsDelivery && receipts.areAsked(in: call)
            && accepted.contains(CommonMessage.mediaType) && accepted.contains(DeliveryNotification.mediaType)
    }

    mutating func content(_ text: String, _ token: MessageToken, in call: CallID) -> UserAgent.Content {
        run(typing.handle(.sent(call)))
        let plain = UserAgent.Content(text: text)
        guard asks(text, in: call), let time, let date = Timestamp(secondsSince1970: time),
            let message = messages.message(token), let number = calls.party(of: call)?.number
        else { return plain }
        let id = receipts.ask(identifiers.token() + identifiers.token(), message, token, in: call)
        let wrapped = CommonMessage(
            fields: [
                CommonMessage.Field("From", "<\(ownAddress)>"),
                CommonMessage.Field("To", "<\(address(of: number))>"),
                CommonMessage.Field("DateTime", date.description),
                CommonMessage.Field("NS", "imdn <\(CommonMessage.notifications)>"),
                CommonMessage.Field("imdn.Message-ID", id),
                CommonMessage.Field("imdn.Disposition-Notification", "positive-delivery, negative-delivery"),
            ], content: plain)
        return UserAgent.Content(type: CommonMessage.mediaType, body: wrapped.serialized)
    }

    mutating func answered(_ token: MessageToken, _ result: UserAgent.MessageResult) {
        if let call = indications.removeValue(forKey: token) {
            let isTaken =
                if case .failed(.refused(let status, _)) = result { !Messages.noText.contains(status) } else { true }
            return run(typing.handle(.answered(call, isTaken: isTaken)))
        }
        let call = messages.call(of: token)
        let wasWrapped = receipts.answered(token, result)
        run(messages.handle(.result(token, result, wasWrapped: wasWrapped)))
        if let call, !messages.isBusy(call) { run(typing.handle(.quiet(call))) }
    }

    /// A name for what is said beside the texts; what becomes of it concerns no person.
    private mutating func nextAside() -> MessageToken {
        lastAside &-= 1
        return MessageToken(lastAside)
    }

    mutating func run(_ asked: [Typing.Effect]) {
        for effect in asked {
            switch effect {
            case .send(let call, let indication):
                guard let session = calls.session(of: call) else { continue }
                let token = nextAside()
                indications[token] = call
                command(.message(token, indication.content, in: session))
            case .start(let timer, let delay):
                effects.append(.start(Timer(.typing(timer)), after: delay))
            case .cancel(let timer):
                effects.append(.cancel(Timer(.typing(timer))))
            case .report(let report):
                reports.append(.report(report))
            }
        }
    }

    // MARK: Coming in

    mutating func receive(_ content: UserAgent.Content, in session: SessionID?, from: NameAddress) {
        guard let type = MediaType(content.type) else { return }
        let call = session.flatMap { calls.call(of: $0) } ?? calls.call(with: party(from).number)
        guard type.essence == CommonMessage.mediaType else { return take(content, type, in: call, from: from) }
        do throws(CommonMessage.Fault) {
            let message = try CommonMessage(parsing: content.body)
            let contents = try message.contents
            let isText = contents.contains { $0.type.type == "text" }
            if !isText || isNew(message, in: call?.id) {
                for (content, type) in contents { take(content, type, in: call, from: from) }
            }
            if let call, isText { confirm(message, in: call.id) }
        } catch {
            if let call { reports.append(.report(.fault(Reasons.unreadable(call.party)))) }
        }
    }

    /// Over UDP an exchange may die with the answer to a text, which then goes again by way of its successor.
    private mutating func isNew(_ message: CommonMessage, in call: CallID?) -> Bool {
        guard let call, let name = message.notificationField("Message-ID") else { return true }
        return receipts.hears(name, in: call)
    }

    private mutating func take(
        _ content: UserAgent.Content, _ type: MediaType, in call: (id: CallID, party: Party)?, from: NameAddress
    ) {
        if type.type == "text" {
            let text = RemoteText.message(content.text)
            guard let call else { return reports.append(.report(.fault(Reasons.outside(party(from), text)))) }
            run(typing.handle(.heard(call.id)))
            return reports.append(.report(.message(call.id, from: call.party, text)))
        }
        guard let call else { return }  // signs of strangers mean nothing
        switch type.essence {
        case ComposingIndication.mediaType:
            if let indication = ComposingIndication(parsing: content.body) {
                run(typing.handle(.received(call.id, indication)))
            }
        case DeliveryNotification.mediaType:
            if let notification = DeliveryNotification(parsing: content.body),
                let message = receipts.settle(notification.messageID, in: call.id)
            {
                run(messages.handle(.notified(message, arrived: notification.hasArrived)))
            }
        case _:
            break
        }
    }

    /// Only within a chat: a stranger does not learn from us whether we are there. A notification asks for none.
    private mutating func confirm(_ message: CommonMessage, in call: CallID) {
        guard preferences.tellsDelivery, let notification = DeliveryNotification(asked: message),
            let number = calls.party(of: call)?.number,
            let session = calls.session(of: call)
        else { return }
        let id = identifiers.token() + identifiers.token()
        let content = notification.content(from: ownAddress, to: address(of: number), id: id)
        command(.message(nextAside(), content, in: session))
    }

    private var ownAddress: URI { .sip(connection.number, domain) }
}
