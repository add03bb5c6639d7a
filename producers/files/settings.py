"""Settings of uploaded files (part of role `web`)."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr

from schemas.platform.settings import DatabaseSettings

MEGABYTE = 1_000_000


class FileSettings(DatabaseSettings):
    """Where uploaded files lie, how large they may be, who looks for malware in them."""

    files_dir: Path = Field(
        Path(".data/files"), description="Uploaded files, and those that are on their way; with a bucket only the latter."
    )
    files_bucket: str = Field("", description="S3 bucket for uploaded files; empty: they lie in FILES_DIR.")
    files_endpoint: str = Field("", description="Address of the S3-compatible store; empty: Amazon's.")
    files_region: str = Field("us-east-1", description="Region of the bucket.")
    files_key_id: SecretStr | None = Field(
        None, description="Access key id of the bucket; without: as the machine's own configuration says."
    )
    files_key_secret: SecretStr | None = Field(None, description="Secret of that access key.")
    files_picture_mb: int = Field(20, ge=1, le=100, description="Largest picture (MB).")
    files_picture_megapixels: int = Field(64, ge=1, le=500, description="Most pixels of a picture, in millions.")
    files_document_mb: int = Field(20, ge=1, le=500, description="Largest document (MB).")
    files_video_mb: int = Field(250, ge=1, le=5000, description="Largest video (MB).")
    files_of_petition: int = Field(40, ge=1, le=1000, description="Files of one petition, notes and answers included.")
    files_of_petition_mb: int = Field(1000, ge=1, le=100_000, description="All files of one petition together (MB).")
    files_waiting_mb: int = Field(
        600, ge=1, description="Uploads of one address that no petition has named yet, together (MB); apps: a hundredfold."
    )
    files_unclaimed_hours: float = Field(24, gt=0, le=720, description="An upload that no petition names for so long is erased (h).")
    files_scanner: str = Field(
        "", description="clamd that looks at each upload: `host:port`, or the path of its socket; empty: nobody does."
    )
    files_scanner_away: Literal["hold", "refuse"] = Field(
        "hold",
        description="While clamd does not answer: `hold` takes uploads and shows them to nobody until it has looked, `refuse` takes none.",
    )

    @property
    def largest_file(self) -> int:
        """Bytes of the largest file of any kind."""
        return max(self.files_picture_mb, self.files_document_mb, self.files_video_mb) * MEGABYTE
