/// How far offer and answer of the peer's last INVITE have come (RFC 3261 §13.2.1, RFC 3262 §5).
package enum Agreement: Equatable, Sendable {
    /// Its offer is to be answered; where there is none, ours is to be made.
    case open(SessionDescription?)
    /// Our offer is out; its answer comes in the PRACK or ACK.
    case offered
    case agreed
}

extension Session {
    /// A caller that insists on acknowledging the 180 learns with it what the session will be.
    mutating func ring() -> [Effect] {
        guard state == .early, let server else { return [] }
        var response = Response(180, to: server.request, toTag: dialog.id.localTag)
        response.contact = NameAddress(contact)
        if server.isReliable {
            response.headers[.allow] = Capabilities.allow
            response.headers[.supported] = Capabilities.supportedText
            guard describe(&response) else { return reject(488) }
        }
        return drive(.ring(response))
    }

    /// No 2xx before a description that is out was acknowledged (RFC 3262 §3): it waits.
    ///
    /// - Parameter voice: what we speak with, if the caller wants that. Where our answer went out with the 180 we have to
    ///   ask for it ourselves.
    mutating func accept(_ voice: AudioCapabilities? = nil) -> [Effect] {
        guard state == .early, let server else { return [] }
        isAccepting = true
        if let voice, hold.wasActive || hold.byThem || agreement == .open(nil) { bring(voice) }
        guard !server.awaitsDescription else { return [] }
        var response = success(to: server.request)
        let isDropped = response == nil && media.voice != nil
        if isDropped {
            media.voice = nil
            response = success(to: server.request)
        }
        guard let response else { return reject(488) }
        state = .established
        dialog.confirm()
        return drive(.accept(response)) + startTimer() + [.report(.session(id, .established))]
            + (hold.byThem ? [holdState] : [])
            + (isDropped ? [.report(.voice(id, .refused(.incompatible)))] : followOffer())
    }

    /// The 2xx to an INVITE; nil: 488.
    mutating func success(to invite: Request) -> Response? {
        var response = Response(200, to: invite, toTag: dialog.id.localTag)
        guard describe(&response) else { return nil }
        timer.answer(invite, in: &response)
        response.contact = NameAddress(contact)
        response.headers[.allow] = Capabilities.allow
        response.headers[.accept] = Capabilities.accept(messageTypes)
        response.headers[.supported] = Capabilities.supportedText
        return response
    }

    /// Puts our answer into a reliable response, or our offer where the peer left it to us (RFC 3261 §13.3.1.4), unless
    /// all was said before.
    ///
    /// - Returns: false when there is nothing that we could agree to.
    private mutating func describe(_ response: inout Response) -> Bool {
        switch agreement {
        case .open(let offer?):
            guard let answer = media.answer(offer, from: host, isHolding: hold.isWanted) else { return false }
            response.describe(answer)
            agreement = .agreed
        case .open(nil):
            response.describe(media.offer(from: host, isHolding: hold.isWanted))
            agreement = .offered
        case .offered, .agreed:
            break
        }
        return true
    }

    /// The caller has our reliable 180 (RFC 3262 §3, §5).
    mutating func prack(_ request: Request, _ transaction: TransactionLayer.ServerID) -> [Effect] {
        guard let rack = request.rack else { return answer(400, request, transaction) }
        guard let server, server.awaits(rack) else { return answer(481, request, transaction) }
        do throws(BodyFault) {
            var response = Response(200, to: request)
            let description = try request.offer()
            if agreement == .offered {
                guard let description else { throw BodyFault(status: 400) }
                guard media.isAnswered(by: description) else { throw BodyFault(status: 488) }
                agreement = .agreed
                _ = media.accepted(description)
            } else if let description {
                guard !isAsked else { throw BodyFault(status: 491) }
                guard let answer = media.answer(description, from: host) else { throw BodyFault(status: 488) }
                _ = hold.received(description)
                response.describe(answer)
            }
            return [.respond(response, transaction)] + drive(.heard) + (isAccepting ? accept() : [])
        } catch {
            return [.respond(Capabilities.refusal(error.status, of: request), transaction)]
        }
    }

    /// The caller never acknowledged our 180: the INVITE is refused with 5xx (RFC 3262 §3).
    mutating func unheard() -> [Effect] {
        guard state == .early, let server else { return withdraw(504) }
        return drive(.refuse(Response(504, to: server.request, toTag: dialog.id.localTag)))
            + end(SessionEnd(.timedOut, by: .them))
    }

    /// The ACK to our 2xx, with the answer to our offer if there was one: without it nobody knows what was agreed to.
    mutating func confirmed(_ ack: Request) -> [Effect] {
        switch state {
        case .leaving:
            return part(SessionEnd(.hungUp, by: .us))
        case .established:
            guard agreement == .offered else { return proceed() }
            agreement = .agreed
            guard let answer = try? ack.offer(), media.isAnswered(by: answer) else {
                let end = SessionEnd(.refused(status: 488, reason: Response.phrase(for: 488)), by: .us)
                return part(end, because: 488)
            }
            return followAnswer(answer) + proceed()
        case .early, .over:
            return []
        }
    }
}
