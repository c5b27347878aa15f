package words

import "strings"

// Nearest is the known word that was probably meant, or "".
func Nearest(word string, known []string) string {
	best, limit := "", 0
	word = strings.ToLower(strings.ReplaceAll(word, "-", "_"))
	if len(word) > 64 {
		return ""
	}
	for _, k := range known {
		d := distance(word, strings.ToLower(strings.ReplaceAll(k, "-", "_")))
		// A third of the letters may be wrong; in a short word one, but not its only one.
		if allowed := max(1, len(k)/3); d <= allowed && d < min(len(k), len(word)) && (best == "" || d < limit) {
			best, limit = k, d
		}
	}
	return best
}

// distance counts the letters to insert, delete, replace or swap with their neighbour to get from a to b.
func distance(a, b string) int {
	s, t := []rune(a), []rune(b)
	before, last := make([]int, len(t)+1), make([]int, len(t)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(s); i++ {
		row := make([]int, len(t)+1)
		row[0] = i
		for j := 1; j <= len(t); j++ {
			cost := 1
			if s[i-1] == t[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last = last, row
	}
	return last[len(t)]
}

// Meant asks, behind a sentence, for the known word that was probably meant; it is empty where none is near.
func Meant(word string, known []string) string {
	if near := Nearest(word, known); near != "" {
		return "; did you mean \"" + near + "\"?"
	}
	return ""
}
