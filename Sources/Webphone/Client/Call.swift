/// One call of a `WebClient`, placed or received.
///
/// It is known by its identity: what happens in another call, also an earlier one with the same number, never shows
/// here. Both sequences end with the call; what nobody reads is kept, up to `WebClient.buffer` elements.
public struct Call: Sendable, Identifiable {
    /// The identity, for as long as the program runs.
    public let id: CallID
    /// Who is at the other end, as the exchange asserts it; for a placed call, as the list of clients has it.
    public let otherParty: Party
    /// Every state that the call reaches, until one that is not alive.
    public let states: AsyncStream<CallState>
    /// What the other side writes, free of control characters.
    public let messages: AsyncStream<String>
    let client: WebClient

    /// Sends the request of a call made by `WebClient.createCall`; once.
    public func start() async { await client.perform(.call(id, number: otherParty.number)) }

    /// Says yes to a received call.
    public func accept() async { await client.perform(.accept(id)) }

    /// Says no to a received call (603).
    public func reject() async { await client.perform(.reject(id)) }

    /// Ends the call, or takes the request back.
    public func hangUp() async { await client.perform(.hangUp(id)) }

    /// Sets the call aside; messages still go back and forth. `states` tells when the other side has agreed.
    public func hold() async { await client.perform(.hold(id)) }

    /// Goes on with the call after `hold`.
    public func resume() async { await client.perform(.resume(id)) }

    /// Answers a received call by sending the caller to somebody else (302): a number, or `user@host`.
    public func forward(to number: String) async { await client.perform(.forward(id, to: number)) }

    /// Asks the other side to call somebody else instead: a number, or `user@host`. The call ends once that has worked.
    public func transfer(to number: String) async { await client.perform(.transfer(id, to: number)) }

    /// Presses keys of a telephone: `0` to `9`, `A` to `D`, `*`, `#`.
    public func press(_ keys: String) async { await client.perform(.dtmf(id, keys)) }

    /// Sends a text of at most 8,192 bytes of UTF-8 and waits until the other side's program took it, or somebody
    /// between who keeps it for the other side.
    ///
    /// - Throws: the reason, in words, for which it was not delivered, or may not have been.
    public func send(_ text: String) async throws(WebClient.Failure) {
        try await client.send(text, in: id)
    }
}
