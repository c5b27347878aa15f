package words

import "strconv"

// Count counts things in words: "1 event", "2 events". one is the word for one of them, which has its s at the end
// where it is more.
func Count(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + one + "s"
}

// Are is the verb behind a count.
func Are(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}
