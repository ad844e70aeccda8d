import CMalloc
import Glibc

/// What a process holds, in kilobytes.
package struct Memory: Equatable, Sendable {
    /// What the system keeps in memory for it.
    package var resident: Int
    /// What it has allocated and not yet freed. The rest is code, and what the allocator keeps for the next rush.
    package var inUse: Int

    package init(resident: Int, inUse: Int) {
        self.resident = resident
        self.inUse = inUse
    }

    /// Of this process, now.
    package static var own: Memory {
        let allocated = mallinfo2()
        return Memory(
            resident: residentPages * sysconf(Int32(_SC_PAGESIZE)) / 1_024,
            inUse: (allocated.uordblks + allocated.hblkhd) / 1_024)
    }

    /// The second number of statm (proc_pid_statm(5)); 0 where there is no /proc.
    private static var residentPages: Int {
        let file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return 0 }
        defer { close(file) }
        var text = [UInt8](repeating: 0, count: 128)
        let count = read(file, &text, text.count)
        let numbers = String(decoding: text.prefix(max(0, count)), as: UTF8.self).split(separator: " ")
        return numbers.dropFirst().first.flatMap { Int($0) } ?? 0
    }
}
