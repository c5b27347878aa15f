package outlooktest

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func (b *bench) batch(requests ...string) map[string]JSON {
	b.Helper()
	got := b.want("POST", "$batch", `{"requests":[`+strings.Join(requests, ",")+`]}`, 200, "", "Prefer", "",
		"Content-Type", "application/json")
	out := map[string]JSON{}
	for _, v := range got.Body["responses"].([]any) {
		out[v.(JSON)["id"].(string)] = v.(JSON)
	}
	return out
}

func part1(id, path string) string {
	return fmt.Sprintf(`{"id":%q,"method":"GET","url":%q,"headers":{"Prefer":"IdType=\"ImmutableId\""}}`, id, path)
}

func TestBatch(t *testing.T) {
	b := newBench(t, Options{})
	b.Put("", timed("a", "A", "10:00", "11:00"))
	got := b.batch(part1("1", "/me/events/a?$select=subject"), part1("2", "/me/events/nothing"),
		`{"id":"3","method":"PATCH","url":"/me/events/a","headers":{"Prefer":"IdType=\"ImmutableId\"","If-Match":"*","Content-Type":"application/json"},"body":{"subject":"B"},"dependsOn":["2"]}`,
		`{"id":"4","method":"PATCH","url":"/me/events/a","headers":{"Prefer":"IdType=\"ImmutableId\"","If-Match":"*","Content-Type":"application/json"},"body":{"location":{"displayName":"C"}},"dependsOn":["1"]}`)
	for id, want := range map[string]float64{"1": 200, "2": 404, "3": 424, "4": 200} {
		if got[id]["status"] != want {
			t.Errorf("%s: %v, want %v", id, got[id], want)
		}
	}
	if body := got["1"]["body"].(JSON); body["subject"] != "A" || body["id"] != "a" {
		t.Errorf("%v", body)
	}
	if ev, _ := b.Event("", "a"); ev["subject"] != "A" || ev["location"].(JSON)["displayName"] != "C" {
		t.Errorf("%v", ev)
	}
	if requests := b.Requests(); len(requests) != 4 || requests[0].Batch != "1" || requests[3].Batch != "" ||
		requests[3].Path != "/v1.0/$batch" {
		t.Errorf("%+v", requests)
	}
	b.clean()
	b.Break(Fault{Match: func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/a") }, Status: 429,
		Header: http.Header{"Retry-After": {"7"}}, Body: Throttled("7").Body})
	got = b.batch(part1("1", "/me/events/a"), part1("2", "/me/events"))
	if got["1"]["status"] != 429.0 || got["1"]["headers"].(JSON)["Retry-After"] != "7" ||
		got["1"]["body"].(JSON)["error"] == nil || got["2"]["status"] != 200.0 {
		t.Errorf("%v", got)
	}
	b.Mend()
	b.Break(Fault{Match: Events, Cut: true})
	if got = b.batch(part1("1", "/me/events/a")); got["1"]["status"] != 504.0 {
		t.Errorf("%v", got)
	}
	b.Mend()
	f := Busy("5")
	f.Match = Batches
	b.Break(f)
	b.want("POST", "$batch", `{"requests":[`+part1("1", "/me/events")+`]}`, 503, "MailboxConcurrency")
	b.clean()
}

func TestWrongBatches(t *testing.T) {
	b := newBench(t, Options{})
	var many []string
	for i := range mostInBatch + 1 {
		many = append(many, part1(fmt.Sprint(i), "/me/events"))
	}
	for _, requests := range []string{
		"", strings.Join(many, ","), part1("", "/me/events"), part1("1", "/me/events") + "," + part1("1", "/me/events"),
		part1("1", "/v1.0/me/events"),
		`{"id":"1","method":"PATCH","url":"/me/events/a","body":{}}`,
		`{"id":"1","method":"GET","url":"/me/events","dependsOn":["2"]}`,
	} {
		b.want("POST", "$batch", `{"requests":[`+requests+`]}`, 400, "BadRequest", "Prefer", "")
		b.complained("a batch that cannot be read")
	}
}
