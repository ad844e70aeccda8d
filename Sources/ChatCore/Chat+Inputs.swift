extension Chat {
    package mutating func handle(_ input: Input) -> [Effect] {
        switch input {
        case .clock(let clock): state.clock = clock
        case .start, .key, .paste, .action, .phone, .fired: break
        }
        return []
    }
}
