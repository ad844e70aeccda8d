#if Voice
extension Codec {
    /// - Parameters:
    ///   - redundant: whether the other side can use forward error correction.
    ///   - discontinuous: whether silence may be left out.
    func makeEncoder(redundant: Bool, discontinuous: Bool) throws(CodecError) -> any SpeechEncoder {
        switch self {
        case .opus:
            try OpusSpeechEncoder(
                OpusSpeechEncoder.Settings(forwardErrorCorrection: redundant, discontinuous: discontinuous))
        case .pcmu: G711SpeechEncoder(.mu)
        case .pcma: G711SpeechEncoder(.a)
        }
    }

    func makeDecoder() throws(CodecError) -> any SpeechDecoder {
        switch self {
        case .opus: try OpusSpeechDecoder()
        case .pcmu: G711SpeechDecoder(.mu)
        case .pcma: G711SpeechDecoder(.a)
        }
    }
}
#endif
