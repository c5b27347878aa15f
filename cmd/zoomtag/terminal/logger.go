package terminal

import (
	"fmt"
	"io"
	"log/slog"

	"zoomtag/providers/words"
)

// NewLogger writes lines of a format to w, what is below a level left out. Errors are told as people are told them.
func NewLogger(w io.Writer, level slog.Level, format string) (*slog.Logger, error) {
	options := &slog.HandlerOptions{Level: level}
	if level > slog.LevelDebug {
		options.ReplaceAttr = inWords
	}
	switch format {
	case "text":
		return slog.New(slog.NewTextHandler(w, options)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(&Harmless{To: w}, options)), nil
	}
	return nil, words.Usage(words.Mend(fmt.Errorf("there is no --log-format %q", format), "use text or json"))
}

// inWords makes of an error what people are told. Whoever looks for a fault, at level debug, sees the whole chain.
func inWords(_ []string, attr slog.Attr) slog.Attr {
	if err, ok := attr.Value.Any().(error); ok {
		return slog.String(attr.Key, words.Of(err))
	}
	return attr
}
