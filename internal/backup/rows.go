package backup

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// Row is one row of one table, as it is kept: each value is an int64, a
// string, a []byte or nil.
type Row struct {
	Table   string
	Columns []string
	Values  []any
}

// Rows is a database as a whole.
type Rows interface {
	// Schema is the number of its tables' form.
	Schema(ctx context.Context) (int, error)
	// Dump visits every row of every table, all of one moment.
	Dump(ctx context.Context, visit func(Row) error) error
	// Load fills an empty database until next says that there is no more, all
	// or nothing; ErrNotEmpty.
	Load(ctx context.Context, next func() (Row, bool, error)) error
}

var (
	// ErrNotEmpty: there is something already, which would be mixed with what comes.
	ErrNotEmpty = errors.New("not empty")
	// ErrDamaged: a backup that is not what it was when it was made.
	ErrDamaged = errors.New("the backup is damaged")
	// ErrAuthor: a point that this gateway did not make.
	ErrAuthor = errors.New("this gateway did not make this backup")
	// ErrSchema: rows of another release.
	ErrSchema = errors.New("rows of another release")
)

// head is the first line of a dump.
type head struct {
	Format string            `json:"format"`
	Schema int               `json:"schema"`
	Time   string            `json:"time"`
	Files  map[string][]byte `json:"files"` // the gateway's own keys, by name
}

const format = "coffre/backup/1"

// dumpWriter writes lines of JSON, compressed, sealed: a head, then an object
// before the rows of each table, then an array for each row.
type dumpWriter struct {
	table  string
	lines  *json.Encoder
	closes []io.Closer
	flush  func() error
}

func newDumpWriter(w io.Writer, to *sealed.Recipient, h head) (*dumpWriter, error) {
	s, err := sealed.SealStream(w, to)
	if err != nil {
		return nil, err
	}
	z := gzip.NewWriter(s)
	b := bufio.NewWriter(z)
	d := &dumpWriter{lines: json.NewEncoder(b), closes: []io.Closer{z, s}, flush: b.Flush}
	return d, d.lines.Encode(h)
}

type tableLine struct {
	Table   string   `json:"table"`
	Columns []string `json:"columns"`
}

type blob struct {
	B []byte `json:"b"`
}

func (d *dumpWriter) row(r Row) error {
	if r.Table != d.table {
		d.table = r.Table
		if err := d.lines.Encode(tableLine{r.Table, r.Columns}); err != nil {
			return err
		}
	}
	values := slices.Clone(r.Values)
	for i, v := range values {
		switch v := v.(type) {
		case nil, int64, string:
		case []byte:
			values[i] = blob{v}
		default:
			return fmt.Errorf("dump %s: a value of type %T", r.Table, v)
		}
	}
	return d.lines.Encode(values)
}

func (d *dumpWriter) Close() error {
	err := d.flush()
	for _, c := range d.closes {
		err = errors.Join(err, c.Close())
	}
	return err
}

type dumpReader struct {
	head  head
	lines *json.Decoder
	zip   *gzip.Reader
	table tableLine
}

func newDumpReader(r io.Reader, key *sealed.Identity) (*dumpReader, error) {
	plain, err := sealed.OpenStream(r, key)
	if err != nil {
		return nil, err
	}
	z, err := gzip.NewReader(plain)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	d := &dumpReader{zip: z, lines: json.NewDecoder(bufio.NewReaderSize(z, 1<<16))}
	d.lines.UseNumber()
	if err := d.lines.Decode(&d.head); err != nil || d.head.Format != format {
		return nil, errors.Join(ErrDamaged, err)
	}
	return d, nil
}

// next reads to the very end before it says that there is no more, which is
// when the last byte has been verified.
func (d *dumpReader) next() (Row, bool, error) {
	for {
		var line json.RawMessage
		err := d.lines.Decode(&line)
		if errors.Is(err, io.EOF) {
			return Row{}, false, nil
		}
		if err != nil {
			return Row{}, false, fmt.Errorf("%w: %w", ErrDamaged, err)
		}
		if line[0] == '{' {
			if err := json.Unmarshal(line, &d.table); err != nil {
				return Row{}, false, fmt.Errorf("%w: %w", ErrDamaged, err)
			}
			continue
		}
		values, err := readValues(line)
		if err == nil && len(values) != len(d.table.Columns) {
			err = fmt.Errorf("a row of another form than its table: %w", ErrDamaged)
		}
		return Row{d.table.Table, d.table.Columns, values}, err == nil, err
	}
}

func readValues(line json.RawMessage) ([]any, error) {
	var raw []json.RawMessage
	if err := json.Unmarshal(line, &raw); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	out := make([]any, len(raw))
	for i, r := range raw {
		var err error
		switch r[0] {
		case 'n': // null
		case '"':
			var s string
			err = json.Unmarshal(r, &s)
			out[i] = s
		case '{':
			var b struct {
				B *string `json:"b"`
			}
			if err = json.Unmarshal(r, &b); err == nil && b.B != nil {
				out[i], err = base64.StdEncoding.DecodeString(*b.B)
			}
		default:
			var n int64
			err = json.Unmarshal(r, &n)
			out[i] = n
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
		}
	}
	return out, nil
}
