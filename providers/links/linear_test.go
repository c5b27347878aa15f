package links

import (
	"strings"
	"testing"

	"zoomtag/providers/lineartest"
)

// linearCases are texts made of pieces over and over.
func linearCases() []lineartest.Case {
	var cases []lineartest.Case
	for name, piece := range map[string]string{
		"links": "https://zoom.us/j/123456789?pwd=a ", "one-link": "https://zoom.us/j/1?pwd=",
		"bare": "zoom.us/j/123456789 ", "hosts": "a.zoom.us.", "slashes": "/", "parts": "a/",
		"schemes": "https://", "colons": "://", "encoded": "https%3A%2F%2F", "escapes": "%25",
		"params": "?url=https%3A%2F%2Fa&", "stars": "https://urldefense.com/v3/__**A", "underscores": "__;",
		"entities": "https://a/&nbsp", "dots": ".", "words": "words ", "codes": "?u=aHR0cHM6Ly96b29tLnVzL2ov&",
		"wrapped": "https://www.google.com/url?q=",
	} {
		cases = append(cases, lineartest.Case{Name: name, Size: 16 << 10, Make: func(size int) func() {
			text := strings.Repeat(piece, max(1, size/len(piece)))
			return func() {
				for _, link := range append(Find(text), text) {
					Classify(link)
					Checker(link)
				}
			}
		}})
	}
	return cases
}

func TestLinear(t *testing.T) { lineartest.Test(t, linearCases()) }

func BenchmarkLinear(b *testing.B) { lineartest.Bench(b, linearCases()) }
