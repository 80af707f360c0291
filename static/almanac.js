// What pages do better with a script: they follow a job, and copy lines. All of it works without.

// A page of a job that goes on says where it is followed (data-follow).
const followed = document.querySelector("[data-follow]");
if (followed) {
  const events = new EventSource(followed.dataset.follow);
  const status = followed.querySelector("[data-status]");
  const progress = followed.querySelector("progress");
  events.addEventListener("progress", (event) => {
    const news = JSON.parse(event.data);
    if (status.textContent !== news.status) status.textContent = news.status;
    progress.value = news.progress;
  });
  for (const end of ["succeeded", "failed", "cancelled"]) {
    events.addEventListener(end, () => {
      events.close();
      location.reload();
    });
  }
}

// Only where the clipboard may be written to: over TLS or on this machine.
for (const lines of navigator.clipboard ? document.querySelectorAll("pre[data-copy]") : []) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy quiet";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(lines.textContent);
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
  lines.after(button);
}
