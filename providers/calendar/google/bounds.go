package google

import (
	"context"

	"zoomtag/providers/calendar"
	"zoomtag/providers/internal/rest"
)

// Changes lists what has changed since the cursor, or everything.
func (c *Calendar) Changes(ctx context.Context, from string) (calendar.Changes, error) {
	return rest.Bounded(ctx, rest.Bounds(c.cfg.Bounds), "google",
		func(ctx context.Context) (calendar.Changes, error) { return c.readChanges(ctx, from) })
}

// Get reads one event, and a series with its exceptions.
func (c *Calendar) Get(ctx context.Context, id string) (calendar.Event, error) {
	return rest.Bounded(ctx, rest.Bounds(c.cfg.Bounds), "google",
		func(ctx context.Context) (calendar.Event, error) { return c.readEvent(ctx, id) })
}

// Describe implements calendar.Describer.
func (c *Calendar) Describe(ctx context.Context, id string) (calendar.Details, error) {
	return rest.Bounded(ctx, rest.Bounds(c.cfg.Bounds), "google",
		func(ctx context.Context) (calendar.Details, error) { return c.readDetails(ctx, id) })
}
