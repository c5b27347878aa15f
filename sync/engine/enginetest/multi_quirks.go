package enginetest

import (
	"context"
	"slices"
	"strings"

	"zoomtag/providers/calendar"
)

// quirks are the ways in which calendars do not keep a link as it was written: without its mark, without one of its
// lines, with a line more, or with its lines in another order.
var quirks = []string{"mark", "line", "adds", "turns"}

// addedLine is what a calendar puts into each block that is written into it.
const addedLine = "Checked by the calendar."

// SetLink implements calendar.Calendar. What the calendar makes of a link is there by the time at which it is read
// again.
func (c *watched) SetLink(ctx context.Context, id, version string, l calendar.Link) (calendar.Event, error) {
	ev, err := c.Fake.SetLink(ctx, id, version, l)
	if err != nil || l.Mark == "" || c.drops == "" {
		return ev, err
	}
	if c.drops == "mark" {
		c.Strip(id)
	} else {
		c.Edit(id, func(ev *calendar.Event) { ev.Description = c.kept(ev.Description) })
	}
	now, there := c.Event(id)
	if !there {
		return ev, nil
	}
	return now, nil
}

// kept is what becomes of a description with a block in it.
func (c *watched) kept(text string) string {
	start, end, ok := calendar.FindBlock(text)
	if !ok {
		return text
	}
	lines := strings.Split(text[start:end], "\n")
	inner := lines[1 : len(lines)-1]
	isAdded := func(line string) bool { return line == addedLine }
	switch c.drops {
	case "line":
		inner = slices.DeleteFunc(inner, func(line string) bool { return strings.HasPrefix(line, "Passcode:") })
	case "adds":
		inner = append(slices.DeleteFunc(inner, isAdded), addedLine)
	case "turns":
		slices.Reverse(inner)
	}
	block := slices.Concat([]string{lines[0]}, inner, []string{calendar.BlockLast})
	return text[:start] + strings.Join(block, "\n") + text[end:]
}
