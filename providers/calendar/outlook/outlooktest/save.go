package outlooktest

import (
	"maps"
	"strings"
)

// saved is what becomes of a body when fields of it are set: what Exchange makes of them. A nil old body is a new
// event's.
func (s *Server) saved(old, change JSON) JSON {
	out := maps.Clone(old)
	if out == nil {
		out = JSON{}
	}
	maps.Copy(out, change)
	if v, touched := change["body"]; touched {
		out["body"] = savedBody(v, s.opts.SafeLinks)
		switchedOff(out)
	}
	if v, touched := change["locations"]; touched {
		out["locations"], out["location"] = savedLocations(v)
	} else if v, touched := change["location"]; touched {
		out["locations"], out["location"] = savedLocations([]any{v})
	}
	if v, touched := change["singleValueExtendedProperties"]; touched {
		out["singleValueExtendedProperties"] = savedProperties(old["singleValueExtendedProperties"], v)
	}
	savedTimes(out, change)
	if out["isAllDay"] == nil {
		out["isAllDay"] = false
	}
	return out
}

// savedBody is an item body as it is kept: HTML is rewritten, lines of either kind end in CR LF.
func savedBody(v any, safeLinks bool) JSON {
	body, _ := v.(JSON)
	content, _ := body["content"].(string)
	if kind, _ := body["contentType"].(string); strings.EqualFold(kind, "text") {
		return JSON{"contentType": "text", "content": crlf(content)}
	}
	if strings.TrimSpace(content) == "" {
		return JSON{"contentType": "html", "content": ""}
	}
	return JSON{"contentType": "html", "content": rewrittenHTML(content, safeLinks)}
}

// previewOf is the beginning of the text of a body.
func previewOf(body JSON) string {
	text := []rune(strings.TrimSpace(bodyText(body)))
	return string(text[:min(len(text), 255)])
}

// bodyText is a body as plain text.
func bodyText(body JSON) string {
	b, _ := body["body"].(JSON)
	content, _ := b["content"].(string)
	if b["contentType"] == "text" {
		return content
	}
	return textOfHTML(content)
}

// savedLocations fills in what Exchange knows of places. The first of them is the location.
func savedLocations(v any) (all []any, first JSON) {
	list, _ := v.([]any)
	all = []any{}
	for _, v := range list {
		given, _ := v.(JSON)
		name, _ := given["displayName"].(string)
		address, _ := given["locationEmailAddress"].(string)
		if name == "" && address == "" && given["locationUri"] == nil {
			continue
		}
		place := JSON{"displayName": name, "locationType": "default", "uniqueId": name, "uniqueIdType": "private"}
		if address != "" {
			place["locationType"], place["uniqueId"], place["uniqueIdType"] = "conferenceRoom", address, "directory"
		}
		for field, v := range given {
			if v != nil && !strings.HasPrefix(field, "@") {
				place[field] = v
			}
		}
		all = append(all, place)
	}
	if len(all) == 0 {
		return all, JSON{"displayName": "", "locationType": "default", "uniqueIdType": "unknown", "address": JSON{},
			"coordinates": JSON{}}
	}
	return all, all[0].(JSON)
}

// savedProperties sets extended properties among those that there are.
func savedProperties(old, change any) []any {
	was, _ := old.([]any)
	list, _ := change.([]any)
	out := []any{}
	for _, v := range was {
		if p, _ := v.(JSON); propertyIn(list, propertyID(p["id"])) == nil {
			out = append(out, p)
		}
	}
	for _, v := range list {
		p, _ := v.(JSON)
		out = append(out, JSON{"id": propertyID(p["id"]), "value": p["value"]})
	}
	return out
}

// propertyID is the id of an extended property as Exchange writes it: its GUID in small letters, its name as it is.
func propertyID(v any) string {
	id, _ := v.(string)
	from, to := strings.IndexByte(id, '{'), strings.IndexByte(id, '}')
	if from < 0 || to < from {
		return id
	}
	return id[:from] + strings.ToLower(id[from:to]) + id[to:]
}

// propertyIn finds a property by its id.
func propertyIn(list []any, id string) JSON {
	for _, v := range list {
		if p, _ := v.(JSON); p != nil && propertyID(p["id"]) == id {
			return p
		}
	}
	return nil
}

// fillMeeting makes an event the meeting of a provider, with the text that stands for it at the end of the body.
func (s *Server) fillMeeting(e *event, body JSON) {
	url := "https://teams.microsoft.com/l/meetup-join/19%3ameeting_" + opaque(guid(e.immutable), 32) + "%40thread.v2/0"
	body["onlineMeeting"] = JSON{"joinUrl": url, "conferenceId": "123456789", "tollNumber": "+49 69 365057000"}
	body["onlineMeetingProvider"] = "teamsForBusiness"
	text, _ := body["body"].(JSON)
	content, _ := text["content"].(string)
	if strings.Contains(content, url) {
		return
	}
	if kind, _ := text["contentType"].(string); strings.EqualFold(kind, "text") {
		content += "\n\n" + strings.Repeat("_", 80) + "\nMicrosoft Teams meeting\n" + url + "\n"
	} else {
		content += `<div class="me-email-text">Microsoft Teams meeting<br><a href="` + url +
			`">Join the meeting now</a></div>`
	}
	body["body"] = JSON{"contentType": text["contentType"], "content": content}
}

// switchedOff ends an online meeting whose text is no longer in the body.
func switchedOff(body JSON) {
	meeting, _ := body["onlineMeeting"].(JSON)
	url, _ := meeting["joinUrl"].(string)
	text, _ := body["body"].(JSON)
	content, _ := text["content"].(string)
	if body["isOnlineMeeting"] == true && url != "" && !strings.Contains(content, url) &&
		!strings.Contains(content, wrapped(url)) {
		body["isOnlineMeeting"], body["onlineMeeting"], body["onlineMeetingProvider"] = false, nil, "unknown"
	}
}
