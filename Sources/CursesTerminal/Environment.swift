import CNcurses
import Glibc

/// The value of an environment variable; nil when it is unset or empty.
func environment(_ name: String) -> String? {
    guard let value = getenv(name), value.pointee != 0 else { return nil }
    return String(cString: value)
}

/// Sets the locale for characters. Returns whether the terminal is to be sent UTF-8.
///
/// What the environment says counts. Two cases are left, both common on servers and in containers: it names a UTF-8
/// locale that is not installed, or it says nothing. C.UTF-8 serves both, the second only on a terminal of this
/// century: all of those take UTF-8.
func setUpLocale(term: String) -> Bool {
    let wanted = environment("LC_ALL") ?? environment("LC_CTYPE") ?? environment("LANG")
    let isSet = setlocale(LC_CTYPE, "") != nil
    if isSet, localeIsUTF8() { return true }
    let wantsUTF8 = wanted.map { name in
        let lower = name.lowercased()
        return lower.contains("utf-8") || lower.contains("utf8")
    }
    if wantsUTF8 ?? !isOld(term), setlocale(LC_CTYPE, "C.UTF-8") != nil, localeIsUTF8() { return true }
    setlocale(LC_CTYPE, "C")
    return false
}

private func localeIsUTF8() -> Bool {
    guard let codeset = nl_langinfo(nl_item(CODESET)) else { return false }
    return String(cString: codeset) == "UTF-8"
}

/// Terminals, and emulations of them, that know no UTF-8.
private func isOld(_ term: String) -> Bool {
    ["vt", "ansi", "cons", "sun", "dumb", "pcansi", "cygwin", "hurd"].contains { term.hasPrefix($0) }
}

/// ncurses installs handlers for signals that still have their default action; the program's own event loop is to get
/// them, so for the time of `body` they have another.
func withoutSignalHandlers<Result>(_ body: () -> Result) -> Result {
    let signals = [SIGWINCH, SIGTSTP, SIGINT, SIGTERM]
    var before = signals.map { _ in sigaction() }
    var ignore = sigaction()
    ignore.__sigaction_handler.sa_handler = SIG_IGN
    for (index, signal) in signals.enumerated() { sigaction(signal, &ignore, &before[index]) }
    defer {
        for (index, signal) in signals.enumerated() { sigaction(signal, &before[index], nil) }
    }
    return body()
}
