import RTP

/// How a stream fares, for the person and for logs.
package struct StreamStatistics: Sendable, Equatable {
    /// What our voice is coded with, and theirs; nil before any was heard.
    package var sending: Codec
    package var receiving: Codec?
    /// Nil for a stream that anybody on the way may listen to.
    package var security: CryptoSuite?
    /// What we send, and what is played, since the last report.
    package var said = Level.silence
    package var heard = Level.silence
    /// Whether anything came within the last second.
    package var isAlive = false
    /// Of the frames to be played in the last seconds those that were missing: 0...1. Of what we send, what the other side
    /// misses.
    package var loss = 0.0
    package var remoteLoss = 0.0
    package var jitter: Duration = .zero
    /// Nil before a report of the other side says.
    package var roundTrip: Duration?
    /// How long packets wait before they are played.
    package var wait: Duration = .zero
    /// Nil before anything came.
    package var quality: Quality?
    package var counts = Counts()

    package init(sending: Codec) { self.sending = sending }

    /// Since the beginning.
    package struct Counts: Sendable, Equatable {
        package var sent = 0
        package var received = 0
        /// Packets that were not there when they were to be played.
        package var missing = 0
        package var late = 0
        package var duplicates = 0
        /// Not from the other side of this stream.
        package var strangers = 0
        /// With a wrong key, or changed on the way; here before; no packets at all.
        package var unauthenticated = 0
        package var replayed = 0
        package var refused = 0
        /// Of ours, that could not be sealed.
        package var unsent = 0

        package init() {}
    }
}
