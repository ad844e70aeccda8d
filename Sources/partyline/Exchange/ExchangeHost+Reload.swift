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
            do throws(ConfigurationError) {
                let next = try options.settings()
                let opened = try await listenAlso(next.listen ?? [])
                do throws(LogFileError) {
                    try log.open(next.log)
                } catch {
                    for listen in opened { stop(listen) }
                    throw ConfigurationError(words: "\(error)")
                }
                apply(next)
            } catch {
                refuse(error)
            }
            isReloading = false
            if mustReloadAgain { reload() }
        }
    }

    private func apply(_ next: ExchangeSettings) {
        for listen in listening.keys where next.listen?.contains(listen) != true { stop(listen) }
        transport.restrict(to: next.access)
        settings = next
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

    private func refuse(_ error: ConfigurationError) {
        for line in error.lines {
            logger.error("\(line)")
            StandardStreams.complain("partyline: \(line)")
        }
        logger.error("the configuration stays as it was")
        StandardStreams.complain("partyline: The configuration stays as it was.")
    }

    /// Opens what is new before anything is closed; all of it or nothing.
    ///
    /// - Returns: what was opened.
    private func listenAlso(
        _ wanted: [ExchangeSettings.Listen]
    ) async throws(ConfigurationError) -> [ExchangeSettings.Listen] {
        var opened: [ExchangeSettings.Listen] = []
        for listen in wanted where listening[listen] == nil {
            do throws(ListenError) {
                _ = try await self.listen(on: listen.address, [listen.transport])
                opened.append(listen)
            } catch {
                for listen in opened { stop(listen) }
                throw ConfigurationError(words: "\(options.file ?? ""): listen.\(listen.transport.rawValue): \(error).")
            }
        }
        return opened
    }

    private func stop(_ listen: ExchangeSettings.Listen) {
        guard let bound = listening.removeValue(forKey: listen) else { return }
        transport.stopListening(on: bound, listen.transport)
        logger.info("no longer listening", metadata: ["on": "\(bound)", "over": "\(listen.transport.rawValue)"])
    }
}
