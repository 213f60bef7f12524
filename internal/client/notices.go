package client

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// Notice is one way by which a citizen hears that there is news.
type Notice struct {
	ID       string     `json:"id"`
	Way      string     `json:"way"`   // email, push
	State    string     `json:"state"` // unconfirmed, active, failing, lost
	Address  string     `json:"address,omitempty"`
	Language string     `json:"language"`
	Created  time.Time  `json:"created"`
	Told     *time.Time `json:"told,omitempty"`
	Failed   *time.Time `json:"failed,omitempty"`
}

// NoticeChoice is what the citizen chose, and could.
type NoticeChoice struct {
	Offered []string `json:"offered"`
	PushKey []byte   `json:"pushKey,omitempty"`
	Items   []Notice `json:"items"`
}

// Notices asks how the caller hears of news.
func (c *Client) Notices(ctx context.Context) (NoticeChoice, error) {
	var n NoticeChoice
	return n, c.get(ctx, "/api/v1/me/notices", nil, &n)
}

// ChooseEmail has a code sent to an address.
func (c *Client) ChooseEmail(ctx context.Context, address, language string) (Notice, error) {
	var n Notice
	in := map[string]string{"way": "email", "address": address, "language": language}
	_, err := c.call(ctx, request{method: http.MethodPost, path: "/api/v1/me/notices", in: in}, &n)
	return n, err
}

// ConfirmNotice gives the code back.
func (c *Client) ConfirmNotice(ctx context.Context, id, code string) error {
	path := "/api/v1/me/notices/" + url.PathEscape(id) + "/code"
	_, err := c.call(ctx, request{method: http.MethodPost, path: path, in: map[string]string{"code": code}}, nil)
	return err
}

// EndNotice has it forgotten.
func (c *Client) EndNotice(ctx context.Context, id string) error {
	return c.remove(ctx, "/api/v1/me/notices/"+url.PathEscape(id))
}

// Webhook is where a system of an administration is called.
type Webhook struct {
	ID      string     `json:"id"`
	URL     string     `json:"url"`
	State   string     `json:"state"` // new, active, failing
	Created time.Time  `json:"created"`
	Told    *time.Time `json:"told,omitempty"`
	Failed  *time.Time `json:"failed,omitempty"`
	Retry   *time.Time `json:"retry,omitempty"`
	Reason  string     `json:"reason,omitempty"`
}

// Webhooks lists them, with the hosts that may be called.
func (c *Client) Webhooks(ctx context.Context) (hooks []Webhook, hosts []string, err error) {
	var list struct {
		Hosts []string  `json:"hosts"`
		Items []Webhook `json:"items"`
	}
	err = c.get(ctx, "/api/v1/administration/webhooks", nil, &list)
	return list.Items, list.Hosts, err
}

// RegisterWebhook has a system called when a citizen gives or ends a grant.
func (c *Client) RegisterWebhook(ctx context.Context, address string) (Webhook, error) {
	var w Webhook
	in := map[string]string{"url": address}
	_, err := c.call(ctx, request{method: http.MethodPost, path: "/api/v1/administration/webhooks", in: in}, &w)
	return w, err
}

// EndWebhook stops it.
func (c *Client) EndWebhook(ctx context.Context, id string) error {
	return c.remove(ctx, "/api/v1/administration/webhooks/"+url.PathEscape(id))
}
