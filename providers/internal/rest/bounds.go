package rest

import (
	"cmp"
	"context"
	"fmt"
	"sync"

	"zoomtag/providers/words"
)

// Bounds are how much is read of one calendar in one pass, so that a service that never ends does not fill the memory.
// Zero is the default of each.
type Bounds struct {
	Events, Pages int
	Bytes         int64
}

// DefaultBounds are far beyond what people keep in a calendar.
var DefaultBounds = Bounds{Events: 250_000, Pages: 10_000, Bytes: 1 << 30}

// tally counts what is read under a context.
type tally struct {
	most Bounds
	end  context.CancelFunc

	mu            sync.Mutex // guards what follows
	events, pages int
	bytes         int64
	over          error
}

type tallyKey struct{}

// Bounded reads under a context that ends where it is too much: whoever reads then stops at once, and tries nothing
// again. The error names the bound, and whose service it is.
func Bounded[T any](ctx context.Context, most Bounds, service string,
	read func(context.Context) (T, error)) (T, error) {
	t := &tally{most: Bounds{Events: cmp.Or(most.Events, DefaultBounds.Events),
		Pages: cmp.Or(most.Pages, DefaultBounds.Pages),
		Bytes: cmp.Or(most.Bytes, DefaultBounds.Bytes)}}
	ctx, t.end = context.WithCancel(ctx)
	defer t.end()
	got, err := read(context.WithValue(ctx, tallyKey{}, t))
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.over != nil {
		var none T
		return none, fmt.Errorf("%s: %w", service, t.over)
	}
	return got, err
}

func tallyOf(ctx context.Context) *tally {
	t, _ := ctx.Value(tallyKey{}).(*tally)
	return t
}

// CountPage counts a page, and how many items are on it.
func CountPage(ctx context.Context, items int) error {
	t := tallyOf(ctx)
	if t == nil {
		return nil
	}
	if err := t.count(&t.pages, 1, t.most.Pages, "pages", "limits.pages"); err != nil {
		return err
	}
	return CountEvents(ctx, items)
}

// CountEvents counts items of a listing, told twice or not.
func CountEvents(ctx context.Context, n int) error {
	t := tallyOf(ctx)
	if t == nil {
		return nil
	}
	return t.count(&t.events, n, t.most.Events, "events", "limits.events")
}

func (t *tally) count(sum *int, n, most int, what, key string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if *sum += n; *sum > most && t.over == nil {
		t.exceed(fmt.Sprintf("%d %s", most, what), key)
	}
	return t.over
}

// read counts bytes of an answer. It may be nil.
func (t *tally) read(n int) error {
	if t == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.bytes += int64(n); t.bytes > t.most.Bytes && t.over == nil {
		t.exceed(size(t.most.Bytes), "limits.megabytes")
	}
	return t.over
}

func size(bytes int64) string {
	if bytes%(1<<20) == 0 {
		return fmt.Sprintf("%d MiB", bytes>>20)
	}
	return fmt.Sprintf("%d bytes", bytes)
}

func (t *tally) exceed(bound, key string) {
	t.over = words.Mend(fmt.Errorf("the server lists more than %s in one pass", bound),
		"if the calendar really is that large, raise "+key+" in the configuration")
	t.end()
}
