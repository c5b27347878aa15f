package meeting

import "context"

// Lister is a Service that can list the meetings that zoomtag has made. It only reads.
type Lister interface {
	// Marked returns the meetings of host whose agenda begins with a mark, whoever's it is, each once: those that are
	// not over yet, and those for a series, of which a list does not say when it ends. It is complete or an error, as
	// Find is, and a meeting that was made a moment ago may be missing. A meeting has here what lists show: ID, Mark,
	// Host, Topic, JoinURL where the service says it, and Start and Duration where it has them.
	Marked(ctx context.Context, host string) ([]Meeting, error)
}
