package gateway

import (
	"archive/zip"
	"context"
	"io"
	"mime"
	"net/http"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

// exportSafe streams everything in one ZIP. Sealed bytes do not compress, so
// members are stored; nothing is held in memory.
func (g *Gateway) exportSafe(w http.ResponseWriter, r *http.Request) error {
	plan, err := g.safe.Export(r.Context(), actor(r))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/zip")
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": plan.Name}))
	z := zip.NewWriter(struct{ io.Writer }{w})
	for file, err := range plan.Files(r.Context()) { //nolint:contextcheck // it is the request's, on the line itself
		if err != nil {
			return err
		}
		if err := addMember(r.Context(), z, file); err != nil {
			return err
		}
	}
	return z.Close()
}

func addMember(ctx context.Context, z *zip.Writer, f safe.ExportFile) error {
	m, err := z.CreateHeader(&zip.FileHeader{Name: f.Name, Method: zip.Store, Modified: f.Modified})
	if err != nil {
		return err
	}
	return f.Write(ctx, m)
}
