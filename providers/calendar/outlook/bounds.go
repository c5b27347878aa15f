package outlook

import (
	"context"

	"zoomtag/providers/calendar"
	"zoomtag/providers/internal/rest"
)

// Changes lists what has changed since the cursor, or everything. Now and then it lists everything that is there, to
// find out what is not.
func (c *Calendar) Changes(ctx context.Context, from string) (calendar.Changes, error) {
	return rest.Bounded(ctx, rest.Bounds(c.cfg.Bounds), "outlook",
		func(ctx context.Context) (calendar.Changes, error) { return c.readChanges(ctx, from) })
}

// Get reads one event, and a series with its exceptions.
func (c *Calendar) Get(ctx context.Context, id string) (calendar.Event, error) {
	return rest.Bounded(ctx, rest.Bounds(c.cfg.Bounds), "outlook",
		func(ctx context.Context) (calendar.Event, error) { return c.readEvent(ctx, id) })
}

// MultiGet implements calendar.MultiGetter: twenty events with one request, their series' exceptions with another.
func (c *Calendar) MultiGet(ctx context.Context, ids []string) (map[string]calendar.Got, error) {
	return rest.Bounded(ctx, rest.Bounds(c.cfg.Bounds), "outlook",
		func(ctx context.Context) (map[string]calendar.Got, error) { return c.readSeveral(ctx, ids) })
}

// Describe implements calendar.Describer.
func (c *Calendar) Describe(ctx context.Context, id string) (calendar.Details, error) {
	return rest.Bounded(ctx, rest.Bounds(c.cfg.Bounds), "outlook",
		func(ctx context.Context) (calendar.Details, error) { return c.readDetails(ctx, id) })
}
