import Exchange
import SIP
import SIPTransport
import Settings

/// SIGHUP: the file is read again. One that is wrong, or asks for an address that cannot be had, changes nothing.
extension ExchangeHost {
    func reload() {
        mustReloadAgain = isReloading
        guard !isReloading else { return }
        isReloading = true
        Task {
            do throws(ExchangeFileError) {
                let next = try options.settings()
                try await prepare(next)
                apply(next)
            } catch {
                refuse(error)
            }
            isReloading = false
            if mustReloadAgain { reload() }
        }
    }

    /// Takes hold of all that the settings need; where one thing cannot be had, what was taken is given back.
    private func prepare(_ next: ExchangeSettings) async throws(ExchangeFileError) {
        let former = identity
        identity = try options.identity(next)
        if let identity { transport.replaceIdentity(identity) }
        var opened: [ExchangeSettings.Listen] = []
        do throws(ExchangeFileError) {
            for listen in next.listen ?? [] where listening[listen] == nil {
                try await listenAlso(listen)
                opened.append(listen)
            }
            do throws(LogFileError) {
                try log.open(next.log)
            } catch {
                throw ExchangeFileError(words: "\(error)")
            }
        } catch {
            for listen in opened { stop(listen) }
            identity = former
            if let former { transport.replaceIdentity(former) }
            throw error
        }
    }

    private func listenAlso(_ listen: ExchangeSettings.Listen) async throws(ExchangeFileError) {
        do throws(ListenError) {
            _ = try await self.listen(on: listen.address, [listen.transport])
        } catch {
            throw ExchangeFileError(words: "\(options.file ?? ""): listen.\(listen.transport.rawValue): \(error).")
        }
    }

    private func apply(_ next: ExchangeSettings) {
        for listen in listening.keys where next.listen?.contains(listen) != true { stop(listen) }
        transport.restrict(to: next.access)
        transport.configure(
            next.transportLimits, trusted: next.exchange.trusted, allowedOrigins: next.origins)
        settings = next
        chronicle.isOn = next.log != nil
        // Over UDP there is no connection whose end would be told.
        for flow in exchange.flows where flow.transport == .udp && !isHeard(flow) {
            perform(exchange.handle(.closed(flow)))
        }
        perform(exchange.handle(.configured(next.exchange)))
        armIdleExit()
        flush()
        let extensions = next.exchange.extensions.count
        StandardStreams.say(
            "Configured anew: \(lineNames), \(extensions) \(extensions == 1 ? "extension" : "extensions").")
    }

    private func isHeard(_ flow: Flow) -> Bool {
        let isListening = listening.contains { listen, bound in
            listen.transport == flow.transport && bound.port == flow.local.port
                && [flow.local.host, "0.0.0.0", "::"].contains(bound.host)
        }
        return isListening && NumericAddress(flow.remote.host).map(settings.access.admits) ?? true
    }

    private func refuse(_ error: ExchangeFileError) {
        for line in error.lines {
            logger.error("\(line)")
            StandardStreams.complain("partyline: \(line)")
        }
        logger.error("the configuration stays as it was")
        StandardStreams.complain("partyline: The configuration stays as it was.")
    }

    private func stop(_ listen: ExchangeSettings.Listen) {
        guard let bound = listening.removeValue(forKey: listen) else { return }
        transport.stopListening(on: bound, listen.transport)
        logger.info("no longer listening", metadata: ["on": "\(bound)", "over": "\(listen.transport.rawValue)"])
    }
}

extension Configuration {
    /// What is unhandled is what everybody waits for: a few milliseconds' worth.
    static var fair: Configuration {
        var configuration = Configuration()
        configuration.limits.unhandledEvents = 64
        return configuration
    }
}

extension ExchangeSettings {
    /// What bounds the sockets: the usual, where the file says nothing else.
    var transportLimits: Configuration.Limits {
        var limits = Configuration.fair.limits
        for (limit, value) in transport {
            switch limit {
            case .connections: limits.connections = value
            case .halfOpen: limits.halfOpenConnections = value
            case .connectionsPerAddress: limits.connectionsPerAddress = value
            case .connectionsPerSecond: limits.connectionsPerSecond = value
            case .messagesPerSecond: limits.messagesPerSecond = value
            case .messagesPerSecondPerAddress: limits.messagesPerSecondPerAddress = value
            case .ban: limits.ban = value
            }
        }
        return limits
    }
}
