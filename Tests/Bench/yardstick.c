/* What a plain C program on the same ncursesw and the same sockets takes for the same job: a chat box, an input
   line, a sidebar; lines come from a TCP socket and each is answered; one paint for each batch. It is a yardstick
   for speed and memory, not a chat program.

   yardstick [HOST PORT] */
#define _XOPEN_SOURCE 700
#define _DEFAULT_SOURCE
#define NCURSES_WIDECHAR 1
#include <arpa/inet.h>
#include <curses.h>
#include <errno.h>
#include <locale.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

#define SIDEBAR 18

struct line {
    struct line *older;
    char stamp[6];
    wchar_t text[];
};

static struct line *newest;
static wchar_t draft[4096];
static size_t draft_length;
static volatile sig_atomic_t resized;

static void on_resize(int number) {
    (void)number;
    resized = 1;
}

static void remember(const char *bytes, size_t length) {
    wchar_t wide[4096];
    size_t count = 0;
    mbstate_t state;
    memset(&state, 0, sizeof state);
    while (length > 0 && count < 4095) {
        size_t used = mbrtowc(&wide[count], bytes, length, &state);
        if (used == (size_t)-1 || used == (size_t)-2 || used == 0) break;
        bytes += used;
        length -= used;
        count++;
    }
    struct line *line = malloc(sizeof *line + (count + 1) * sizeof(wchar_t));
    if (!line) exit(1);
    time_t now = time(NULL);
    strftime(line->stamp, sizeof line->stamp, "%H:%M", localtime(&now));
    wmemcpy(line->text, wide, count);
    line->text[count] = 0;
    line->older = newest;
    newest = line;
}

/* Rows a line takes at `width` columns. */
static int rows_of(const struct line *line, int width) {
    int cells = 0;
    for (const wchar_t *c = line->text; *c; c++) {
        int w = wcwidth(*c);
        cells += w > 0 ? w : 0;
    }
    return cells == 0 ? 1 : (cells + width - 1) / width;
}

static void paint_line(const struct line *line, int top, int width, int first, int last) {
    const wchar_t *c = line->text;
    for (int row = 0; *c || row == 0; row++) {
        int used = 0, start_cell = 0;
        const wchar_t *start = c;
        while (*c && used + (wcwidth(*c) > 0 ? wcwidth(*c) : 0) <= width) {
            used += wcwidth(*c) > 0 ? wcwidth(*c) : 0;
            c++;
        }
        if (top + row >= first && top + row <= last) {
            if (row == 0) mvaddstr(top + row, 2, line->stamp);
            mvaddnwstr(top + row, 8 + start_cell, start, (int)(c - start));
        }
        if (c == start) break;
    }
}

static void paint(void) {
    int rows = LINES, columns = COLS;
    erase();
    if (rows < 6 || columns < 40) {
        refresh();
        return;
    }
    box(stdscr, 0, 0);
    mvaddstr(0, 2, " Welcome user to the chatroom! ");
    mvvline(1, columns - SIDEBAR - 1, ACS_VLINE, rows - 4);
    mvhline(rows - 3, 1, ACS_HLINE, columns - 2);
    mvaddstr(1, columns - SIDEBAR, "Online clients");
    for (int slot = 0; slot < 11 && slot + 2 < rows - 3; slot++) mvprintw(slot + 2, columns - SIDEBAR, "  client %d", slot);
    int width = columns - SIDEBAR - 10;
    int bottom = rows - 4;
    for (struct line *line = newest; line && bottom >= 1; line = line->older) {
        int height = rows_of(line, width);
        paint_line(line, bottom - height + 1, width, 1, rows - 4);
        bottom -= height;
    }
    mvaddstr(rows - 1, 2, " Up/Down select  Enter call  F1 help  ^Q quit ");
    mvaddstr(rows - 2, 2, "> ");
    size_t shown = draft_length > (size_t)(columns - 6) ? (size_t)(columns - 6) : draft_length;
    mvaddnwstr(rows - 2, 4, draft + draft_length - shown, (int)shown);
    refresh();
}

static int dial(const char *host, const char *port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(port))};
    inet_pton(AF_INET, host, &address.sin_addr);
    int peer = socket(AF_INET, SOCK_STREAM, 0);
    int yes = 1;
    setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (connect(peer, (struct sockaddr *)&address, sizeof address) != 0) exit(1);
    return peer;
}

static int read_keys(void) {
    wint_t key;
    int changed = 0, kind;
    while ((kind = get_wch(&key)) != ERR) {
        changed = 1;
        if (kind == KEY_CODE_YES && key == KEY_BACKSPACE) {
            draft_length -= draft_length > 0;
            continue;
        }
        if (kind == KEY_CODE_YES) continue;
        if (key == 17) {
            endwin();
            exit(0);
        }
        if (key == L'\n' || key == L'\r') draft_length = 0;
        else if (draft_length < 4095) draft[draft_length++] = (wchar_t)key;
    }
    return changed;
}

static int read_lines(int peer) {
    static char buffer[65536];
    static size_t held;
    ssize_t got = read(peer, buffer + held, sizeof buffer - held);
    if (got <= 0) exit(1);
    held += (size_t)got;
    char answers[65536];
    size_t answered = 0, start = 0;
    for (size_t i = 0; i < held; i++) {
        if (buffer[i] != '\n') continue;
        remember(buffer + start, i - start);
        start = i + 1;
        if (answered + 3 < sizeof answers) {
            memcpy(answers + answered, "ok\n", 3);
            answered += 3;
        }
    }
    memmove(buffer, buffer + start, held - start);
    held -= start;
    for (size_t sent = 0; sent < answered;) {
        ssize_t n = write(peer, answers + sent, answered - sent);
        if (n <= 0) exit(1);
        sent += (size_t)n;
    }
    return answered > 0;
}

int main(int count, char **arguments) {
    setlocale(LC_ALL, "");
    int peer = count > 2 ? dial(arguments[1], arguments[2]) : -1;
    SCREEN *screen = newterm(NULL, stdout, stdin);
    if (!screen) return 2;
    raw();
    noecho();
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    struct sigaction action = {.sa_handler = on_resize};
    sigaction(SIGWINCH, &action, NULL);
    paint();
    for (;;) {
        struct pollfd ready[2] = {{.fd = 0, .events = POLLIN}, {.fd = peer, .events = POLLIN}};
        int dirty = 0;
        if (poll(ready, peer >= 0 ? 2 : 1, -1) < 0 && errno != EINTR) return 1;
        if (resized) {
            struct winsize size;
            resized = 0;
            if (ioctl(0, TIOCGWINSZ, &size) == 0) resizeterm(size.ws_row, size.ws_col);
            dirty = 1;
            ready[0].revents = ready[1].revents = 0;
        }
        if (ready[0].revents) dirty |= read_keys();
        if (peer >= 0 && ready[1].revents) dirty |= read_lines(peer);
        if (dirty) paint();
    }
}
