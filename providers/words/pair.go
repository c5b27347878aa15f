package words

import "strings"

// Pair is a cause with its cure as one text, for where only a text can be kept: in a list of notes, or in a file. Apart
// takes it apart again. Without a cure it is the cause, and a text that was no pair is a cause without a cure.
func Pair(cause, cure string) string {
	cause = strings.ReplaceAll(cause, between, " ")
	if cure == "" {
		return cause
	}
	return cause + between + cure
}

// between stands between the two: no sentence has it.
const between = "\t"

// Apart are the cause and the cure of a text that Pair has made.
func Apart(pair string) (cause, cure string) {
	cause, cure, _ = strings.Cut(pair, between)
	return cause, cure
}

// AllApart are the causes of several pairs, and those of their cures that there are.
func AllApart(pairs []string) (causes, cures []string) {
	for _, pair := range pairs {
		cause, cure := Apart(pair)
		causes = append(causes, cause)
		if cure != "" {
			cures = append(cures, cure)
		}
	}
	return causes, cures
}
