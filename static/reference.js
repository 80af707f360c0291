// Starts Swagger UI on the description that the page names: a script of its own, since pages allow none inside.
window.addEventListener("load", () => {
  const place = document.getElementById("reference");
  window.SwaggerUIBundle({
    url: place.dataset.description,
    domNode: place,
    deepLinking: true,
    displayRequestDuration: true,
    defaultModelsExpandDepth: 0,
    docExpansion: "list",
    persistAuthorization: false,
    // No badge: it would ask a server of theirs.
    validatorUrl: null,
  });
});
