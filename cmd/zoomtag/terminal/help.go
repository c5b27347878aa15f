package terminal

import (
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"
)

// helpWidth is how wide help is, in columns: as wide as the narrowest terminal that is in use.
const helpWidth = 80

// Fill breaks paragraphs, which empty lines part, anew for a terminal of 80 columns. Lines that begin with a space stay
// as they are.
func Fill(s string) string {
	var out []string
	for paragraph := range strings.SplitSeq(strings.TrimSpace(s), "\n\n") {
		if !strings.HasPrefix(paragraph, " ") {
			paragraph = text.WrapSoft(strings.Join(strings.Fields(paragraph), " "), helpWidth)
		}
		lines := strings.Split(paragraph, "\n")
		for i, line := range lines {
			lines[i] = strings.TrimRight(line, " ")
		}
		out = append(out, strings.Join(lines, "\n"))
	}
	return strings.Join(out, "\n\n")
}
