package calendar

import (
	"strings"
	"testing"

	"zoomtag/providers/lineartest"
)

// pieces are what an event's text may be made of, over and over: each of them as plain text, as HTML, and inside a
// block.
var pieces = map[string]string{
	"words":       "words and words\n",
	"first-lines": BlockFirst + "\n", "last-lines": BlockLast + "\n", "first-inline": BlockFirst, "quoted": "> " +
		BlockFirst + "\n", "spaced": "  " + BlockFirst,
	"blocks": BlockFirst + "\nJoin: x\n" + BlockLast + "\n", "nested": BlockFirst + BlockFirst + BlockLast,
	"labels": "Join: https://zoom.us/j/1\n", "typed": "Bring cake\n", "closers": "</b>", "openers": "<b>",
	"pairs": "<i></i>", "mixed": "</u><s>",
	"breaks": "<br>", "images": "<img src=x><br>", "quotations": "<blockquote>x<br>", "comments": "<!-- ",
	"comment-ends": "-->", "half-tags": "<a ",
	"attributes": `<a x="`, "many-attributes": "<a b c=d ", "scripts": "<script>", "raw": "<textarea><",
	"entities": "&amp", "ampersands": "&", "declarations": "<!",
	"instructions": "<?", "bodies": "<body>", "body-ends": "</body", "html": "<html>", "spaces": " ",
	"wide-spaces": "\u00a0", "newlines": "\n", "returns": "\r\n", "plaintext": "<plaintext>",
	"svg": "<svg><style>", "noscript": "<noscript><", "nul": "\x00", "bad": "\xff",
}

func linearCases() []lineartest.Case {
	link := Link{Mark: "zt-aaaaaa-aaaaaaaa-aaaaaaaaaaaaaaaa", JoinURL: "https://zoom.us/j/2", Block: BlockFirst +
		"\nJoin: https://zoom.us/j/2\n" + BlockLast}
	var cases []lineartest.Case
	for name, piece := range pieces {
		cases = append(cases, lineartest.Case{Name: name, Size: 16 << 10, Make: func(size int) func() {
			text := strings.Repeat(piece, max(1, size/len(piece)))
			inside := "<html>" + BlockFirst + "\n" + text + "<br>" + BlockLast
			with := link
			with.Was.Block = inside
			return func() {
				for _, t := range []string{text, inside} {
					StripBlock(t)
					BlockURL(t)
					Typed(t, link.Block)
					BlockIn(t)
					StripBlockHTML(t)
					with.ShownBy(t)
					for _, l := range []Link{with, {}} {
						Splice(t, l)
						SpliceHTML(t, l)
					}
				}
			}
		}})
	}
	return cases
}

func TestLinear(t *testing.T) { lineartest.Test(t, linearCases()) }

func BenchmarkLinear(b *testing.B) { lineartest.Bench(b, linearCases()) }

// TestBlocks: which lines make up a block, wherever they stand.
func TestBlocks(t *testing.T) {
	text := strings.NewReplacer("F", BlockFirst, "L", BlockLast)
	for in, want := range map[string]string{
		"a F b L c": "a  c", "a F b": "a  b", "a L b F": "a  b ", "F x F y L z": " x  z", "F a F b L c L d": " d",
		"F a L b F c L d":      " b  d",
		"> F\n> a\n> L\nF b L": "> F\n> a\n> L\n", "F a\n> F b L c": " a\n> F b L c", "  > F a L": "  > F a L",
		"a > F b L": "a > ", "x F\n> a\nL": "x ",
		"F\n> F\nL\nF b L c": "\n c",
	} {
		if got := StripBlock(text.Replace(in)); got != text.Replace(want) {
			t.Errorf("%q without blocks is %q", in, got)
		}
	}
	start, end, ok := FindBlock(text.Replace("x F y L L"))
	if want := text.Replace("F y L"); !ok || text.Replace("x F y L L")[start:end] != want {
		t.Errorf("found %q", text.Replace("x F y L L")[start:end])
	}
}
