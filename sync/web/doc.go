// Package web answers over HTTP how zoomtag is: its health, as JSON for programs and as text for who asks for that.
// What it says in numbers is in metrics below it, what can be asked and done with a token in remote, and what people
// look at in page.
//
// /healthz says whether the process works: it fails where that does not, or where the state is gone, and is degraded
// while a calendar is overdue. /readyz says whether any calendar can be worked on. Neither asks a service anything, so
// that a probe costs nothing and cannot hang on somebody else.
package web
