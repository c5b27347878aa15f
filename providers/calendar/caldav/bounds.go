package caldav

import (
	"context"

	"zoomtag/providers/calendar"
	"zoomtag/providers/internal/rest"
)

// Changes lists what has changed since the cursor, or everything. With a cursor it asks where that was taken; without
// one the collection is looked for anew.
func (c *Calendar) Changes(ctx context.Context, from string) (calendar.Changes, error) {
	return rest.Bounded(ctx, rest.Bounds(c.cfg.Bounds), "caldav",
		func(ctx context.Context) (calendar.Changes, error) { return c.readChanges(ctx, from) })
}

// Get reads one event.
func (c *Calendar) Get(ctx context.Context, id string) (calendar.Event, error) {
	return rest.Bounded(ctx, rest.Bounds(c.cfg.Bounds), "caldav",
		func(ctx context.Context) (calendar.Event, error) { return c.readEvent(ctx, id) })
}

// MultiGet implements calendar.MultiGetter by calendar-multiget reports.
func (c *Calendar) MultiGet(ctx context.Context, ids []string) (map[string]calendar.Got, error) {
	return rest.Bounded(ctx, rest.Bounds(c.cfg.Bounds), "caldav",
		func(ctx context.Context) (map[string]calendar.Got, error) { return c.readSeveral(ctx, ids) })
}

// Describe implements calendar.Describer.
func (c *Calendar) Describe(ctx context.Context, id string) (calendar.Details, error) {
	return rest.Bounded(ctx, rest.Bounds(c.cfg.Bounds), "caldav",
		func(ctx context.Context) (calendar.Details, error) { return c.readDetails(ctx, id) })
}
