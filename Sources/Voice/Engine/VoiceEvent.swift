import RTP

/// A stream, by the number that its owner gave it.
package typealias StreamID = Int

/// What the voice tells its owner.
package enum VoiceEvent: Sendable, Equatable {
    /// How a stream fares, five times a second.
    case statistics(StreamID, StreamStatistics)
    /// The other side pressed this key.
    case key(StreamID, TelephoneKey)
    /// The stream could not be begun or changed as agreed; it goes on as it was.
    case failed(StreamID, StreamFault)
    case device(DeviceEvent)
}

/// Where a stream can be reached: an even port, and the one behind it for control packets where the other side does not
/// share one (RFC 3550 §11).
package struct StreamPorts: Sendable, Equatable {
    package var voice: UInt16
    package var control: UInt16
}
