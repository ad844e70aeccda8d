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
    /// Samples at 48 kHz in `payload`; nil for one that is none of this codec's.
    func duration(of payload: ArraySlice<UInt8>) -> Int?
    /// - Parameter sound: holds at least `Sound.longestPacket` samples.
    /// - Returns: the samples written; nil for a payload that is none of this codec's.
    func decode(_ payload: ArraySlice<UInt8>, into sound: inout [Int16]) -> Int?
    /// What a packet that was lost had said, as far as the one after it repeats it; without such a one, what it may
    /// have said.
    ///
    /// - Parameters:
    ///   - samples: how much is missing, a multiple of 480.
    ///   - next: the payload after the gap, when it has come.
    func conceal(_ samples: Int, next: ArraySlice<UInt8>?, into sound: inout [Int16])
}
