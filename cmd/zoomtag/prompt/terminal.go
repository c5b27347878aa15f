package prompt

import (
	"io"
	"os"

	"golang.org/x/term"
)

// isTerminal reports whether a person types into a file.
func isTerminal(file *os.File) bool { return term.IsTerminal(int(file.Fd())) }

// Typed reports whether a person types into in.
func Typed(in io.Reader) bool {
	file, ok := in.(*os.File)
	return ok && isTerminal(file)
}
