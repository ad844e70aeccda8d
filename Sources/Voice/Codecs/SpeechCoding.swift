/// One direction of a stream: sound becomes payloads. Nothing is allocated for a frame.
protocol SpeechEncoder: AnyObject {
    var codec: Codec { get }
    /// Codes one wire frame.
    ///
    /// - Parameters:
    ///   - frame: `Sound.wireFrame` samples.
    ///   - payload: holds at least `Sound.largestPayload` octets.
    /// - Returns: the octets written; 0 when there is nothing worth a packet now (discontinuous transmission).
    func encode(_ frame: [Int16], into payload: inout [UInt8]) -> Int
    /// How much of what we send gets lost, as the other side reports it: 0...1.
    func expect(loss: Double)
}

/// The other direction: payloads, and the lack of them, become sound.
protocol SpeechDecoder: AnyObject {
    var codec: Codec { get }
    /// - Parameter sound: holds at least `Sound.longestPacket` samples.
    /// - Returns: the samples written; nil for a payload that is none of this codec's.
    func decode(_ payload: Span<UInt8>, into sound: inout [Int16]) -> Int?
    /// Makes up what is missing.
    ///
    /// - Parameter samples: how much; at most `Sound.longestPacket`.
    func conceal(_ samples: Int, into sound: inout [Int16])
    /// What a packet that was lost had said, as far as the one behind it repeats it.
    ///
    /// - Parameters:
    ///   - samples: how much is missing; at most `Sound.longestPacket`.
    ///   - next: the payload behind the gap.
    func recover(_ samples: Int, from next: Span<UInt8>, into sound: inout [Int16])
}
