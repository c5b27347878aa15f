// Package doctor judges. From what is known of a link, a host, the set-up and the network it works out why a link does
// not work or will not, on whose side that is, and what mends it. It is pure: facts in, findings out; who gathers the
// facts is elsewhere (examine).
//
// # Findings
//
// Each has a code, which is a promise: it keeps its meaning for ever, and one that is given up is not used again. Its
// severity is that of the code, or milder where the case is. What it says is the cause in this case; Mend is what mends
// this case where that is known, else what mends it as a rule.
//
// # Facts
//
// A fact that nobody knows is its zero value, and nothing is found because of it: doctor never takes silence for a
// fault, nor for health. Where somebody could not be asked that is a fact of its own. One cause is told once: what
// follows from another finding is left out where both are known.
package doctor
