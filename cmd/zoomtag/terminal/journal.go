package terminal

import (
	"context"
	"io"
	"log/slog"
)

// ForJournal is a logger for systemd's journal: each line begins with its priority, as sd-daemon(3) has it, so that
// "journalctl -p err" finds what went wrong; the time is left to the journal.
func ForJournal(w io.Writer, level slog.Level) *slog.Logger {
	j := journal{}
	for i, p := range priorities {
		j[i] = slog.NewTextHandler(&lines{to: w, begin: p.prefix}, &slog.HandlerOptions{Level: level,
			ReplaceAttr: func(groups []string, attr slog.Attr) slog.Attr {
				switch {
				case len(groups) == 0 && (attr.Key == slog.TimeKey || attr.Key == slog.LevelKey):
					return slog.Attr{}
				case level > slog.LevelDebug:
					return inWords(groups, attr)
				}
				return attr
			}})
	}
	return slog.New(j)
}

// LevelOf is the lowest level that a logger writes.
func LevelOf(log *slog.Logger) slog.Level {
	for _, level := range []slog.Level{slog.LevelDebug, slog.LevelInfo, slog.LevelWarn} {
		if log.Enabled(context.Background(), level) {
			return level
		}
	}
	return slog.LevelError
}

// priorities are syslog's, by the lowest level that has each.
var priorities = [...]struct {
	from   slog.Level
	prefix string
}{{slog.LevelError, "<3>"}, {slog.LevelWarn, "<4>"}, {slog.LevelInfo, "<6>"}, {slog.LevelDebug, "<7>"}}

// journal has a handler for each priority.
type journal [len(priorities)]slog.Handler

// of is the handler of a level.
func (j journal) of(level slog.Level) slog.Handler {
	for i, p := range priorities {
		if level >= p.from {
			return j[i]
		}
	}
	return j[len(j)-1]
}

// Enabled reports whether something of a level is logged.
func (j journal) Enabled(ctx context.Context, level slog.Level) bool {
	return j.of(level).Enabled(ctx, level)
}

// Handle writes a line.
func (j journal) Handle(ctx context.Context, r slog.Record) error {
	return j.of(r.Level).Handle(ctx, r)
}

// WithAttrs returns a journal whose lines have more.
func (j journal) WithAttrs(attrs []slog.Attr) slog.Handler {
	for i := range j {
		j[i] = j[i].WithAttrs(attrs)
	}
	return j
}

// WithGroup returns a journal whose keys have a name before them.
func (j journal) WithGroup(name string) slog.Handler {
	for i := range j {
		j[i] = j[i].WithGroup(name)
	}
	return j
}

// lines writes each line behind a beginning, in one piece.
type lines struct {
	to    io.Writer
	begin string
}

// Write writes a line.
func (l *lines) Write(p []byte) (int, error) {
	if _, err := l.to.Write(append([]byte(l.begin), p...)); err != nil {
		return 0, err
	}
	return len(p), nil
}
