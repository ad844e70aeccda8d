import Glibc

enum Suspension {
    /// Stops this process and those it runs among (a `make` in front of it, say), as Ctrl-Z in a shell would.
    /// Returns when it goes on: after `fg`, or at once where no shell is there to bring it back.
    static func stopProcessGroup() {
        var stop = sigset_t()
        sigemptyset(&stop)
        sigaddset(&stop, SIGTSTP)
        var before = sigset_t()
        signal(SIGTSTP, SIG_DFL)
        pthread_sigmask(SIG_UNBLOCK, &stop, &before)
        kill(0, SIGTSTP)
        pthread_sigmask(SIG_SETMASK, &before, nil)
        signal(SIGTSTP, SIG_IGN)
    }
}
