package metrics

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"
)

// metricNames are those that a scrape shows, and those that a Prometheus adds.
func metricNames(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{"up": true}
	for line := range strings.Lines(scraped(t, busy())) {
		if !strings.HasPrefix(line, "#") {
			names[line[:strings.IndexAny(line, "{ ")]] = true
		}
	}
	return names
}

var (
	quoted  = regexp.MustCompile(`"[^"]*"`)
	grouped = regexp.MustCompile(`\b(by|without) \([^)]*\)`)
	matched = regexp.MustCompile(`\{[^}]*\}|\[[^\]]*\]`)
	word    = regexp.MustCompile(`[a-zA-Z_:][a-zA-Z0-9_:]*\b *\(?`)
)

// named are the metrics in a query of Prometheus: what is left of it besides labels, numbers and functions.
func named(query string) (names []string) {
	query = grouped.ReplaceAllString(matched.ReplaceAllString(quoted.ReplaceAllString(query, ""), ""), "")
	for _, w := range word.FindAllString(query, -1) {
		if !strings.HasSuffix(w, "(") {
			names = append(names, strings.TrimSpace(w))
		}
	}
	return names
}

// TestDashboard: each of its queries names metrics that there are.
func TestDashboard(t *testing.T) {
	raw, err := os.ReadFile("../../../docs/monitoring/dashboard.json")
	if err != nil {
		t.Fatal(err)
	}
	var board struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
		Templating struct {
			List []struct{ Query any }
		}
	}
	if err := json.Unmarshal(raw, &board); err != nil {
		t.Fatal(err)
	}
	known, seen := metricNames(t), 0
	for _, p := range board.Panels {
		for _, target := range p.Targets {
			for _, name := range named(target.Expr) {
				seen++
				if !known[name] {
					t.Errorf("%s: there is no metric %s", p.Title, name)
				}
			}
		}
	}
	if seen < 20 {
		t.Errorf("it names %d metrics", seen)
	}
	if !strings.Contains(string(raw), "label_values(zoomtag_build_info, instance)") {
		t.Error("it does not let people choose a daemon")
	}
}

// TestAlerts: each rule names metrics that there are.
func TestAlerts(t *testing.T) {
	raw, err := os.ReadFile("../../../docs/monitoring/alerts.yml")
	if err != nil {
		t.Fatal(err)
	}
	known := metricNames(t)
	rules := regexp.MustCompile(`(?ms)^ +expr: (?:>-\n)?(.*?)\n +(?:for|labels): `).FindAllStringSubmatch(string(raw), -1)
	if len(rules) != strings.Count(string(raw), "- alert: ") {
		t.Errorf("%d rules were understood", len(rules))
	}
	for _, rule := range rules {
		names := named(rule[1])
		if len(names) == 0 {
			t.Errorf("no metric in %s", rule[1])
		}
		for _, name := range names {
			if !known[name] {
				t.Errorf("there is no metric %s: %s", name, rule[1])
			}
		}
	}
}
