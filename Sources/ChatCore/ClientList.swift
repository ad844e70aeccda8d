import Webphone

/// Who is online, in slots that keep their place: whoever goes frees a slot, whoever comes takes the first free one.
/// The screen shows a window of 11 slots that scrolls; nobody is dropped.
package struct ClientList: Equatable, Sendable {
    /// Slots the screen shows where it has the room.
    package static let window = 11

    /// nil is a free slot; the last one is never free.
    package private(set) var slots: [Party?] = []
    /// The first slot in the window.
    package private(set) var top = 0
    /// How many are online.
    package var count: Int { places.count }

    private var places: [String: Int] = [:]
    /// How many bear a name, by the name as people read it.
    private var bearers: [String: Int] = [:]
    /// The number of the selected client, also while it is away: when it comes back it is selected again.
    private var chosen: String?
    /// The slot of the selected client, or where it was.
    private var place = 0
    /// Whether the window keeps the selection in view; the wheel moves it freely.
    private var followsSelection = true

    /// The slot of the selected client; nil when nobody is selected or the selected one has gone.
    package var selection: Int? { chosen.flatMap { places[$0] } }

    package var selected: Party? { selection.flatMap { slots[$0] } }

    package func party(_ number: String) -> Party? { places[number].flatMap { slots[$0] } }

    /// The slots to show where `rows` fit, at most 11.
    package func visible(rows: Int) -> Range<Int> {
        let size = max(0, min(rows, Self.window))
        var start = min(top, max(0, slots.count - size))
        if followsSelection, let selection, size > 0 {
            start = min(start, selection)
            start = max(start, selection - size + 1)
        }
        return start..<min(slots.count, start + size)
    }

    /// How many online clients bear the name, as people read it.
    func bearers(of key: String) -> Int { bearers[key] ?? 0 }
}

extension ClientList {
    enum Arrival: Equatable { case new, renamed(from: Party), known, refused }

    mutating func arrive(_ party: Party) -> Arrival {
        if let slot = places[party.number], let before = slots[slot] {
            guard before.name != party.name else { return .known }
            forget(before.name)
            slots[slot] = party
            bearers[PlainText.key(party.name), default: 0] += 1
            return .renamed(from: before)
        }
        guard count < Chat.Limits.clients else { return .refused }
        let slot = firstFree
        if slot == slots.count { slots.append(party) } else { slots[slot] = party }
        places[party.number] = slot
        bearers[PlainText.key(party.name), default: 0] += 1
        if chosen == nil { chosen = party.number }
        if chosen == party.number { place = slot }
        return .new
    }

    mutating func leave(_ number: String) -> Party? {
        guard let slot = places.removeValue(forKey: number), let party = slots[slot] else { return nil }
        slots[slot] = nil
        forget(party.name)
        while let last = slots.last, last == nil { slots.removeLast() }
        closeUp()
        return party
    }

    /// Takes over a full list; who stays keeps the slot.
    mutating func replace(with parties: [Party]) {
        let present = Set(parties.map(\.number))
        for number in places.keys where !present.contains(number) { _ = leave(number) }
        for party in parties { _ = arrive(party) }
    }

    /// Moves the selection over free slots; stops at either end.
    mutating func moveSelection(by step: Int) {
        guard step != 0, !places.isEmpty else { return }
        var candidate = place
        if selection == nil { candidate -= step > 0 ? 1 : 0 }
        var left = abs(step)
        while left > 0 {
            candidate += step.signum()
            guard slots.indices.contains(candidate) else { break }
            if slots[candidate] != nil {
                select(candidate)
                left -= 1
            }
        }
        if selection == nil { step > 0 ? selectLast() : selectFirst() }
        reveal()
    }

    mutating func select(_ slot: Int) {
        guard slots.indices.contains(slot), let party = slots[slot] else { return }
        chosen = party.number
        place = slot
        reveal()
    }

    mutating func select(number: String) { places[number].map { select($0) } }

    mutating func selectFirst() { slots.firstIndex { $0 != nil }.map { select($0) } }

    mutating func selectLast() { slots.lastIndex { $0 != nil }.map { select($0) } }

    mutating func scroll(by step: Int) {
        let start = visible(rows: Self.window).lowerBound
        top = max(0, min(start + step, slots.count - Self.window))
        followsSelection = false
    }

    private mutating func reveal() {
        followsSelection = true
        top = visible(rows: Self.window).lowerBound
    }

    private var firstFree: Int {
        guard slots.count > places.count else { return slots.count }
        return slots.firstIndex { $0 == nil } ?? slots.count
    }

    /// A list that scrolls over a screenful of free slots is only tiresome: then the gaps go.
    private mutating func closeUp() {
        guard slots.count - places.count >= Self.window else { return }
        slots.removeAll { $0 == nil }
        for (slot, party) in slots.enumerated() {
            if let party { places[party.number] = slot }
        }
        place = selection ?? min(place, max(0, slots.count - 1))
        if followsSelection { reveal() }
    }

    private mutating func forget(_ name: String) {
        let key = PlainText.key(name)
        guard let bearing = bearers[key] else { return }
        bearers[key] = bearing > 1 ? bearing - 1 : nil
    }
}
