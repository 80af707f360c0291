// The page of API Platform Admin, as its documentation says: credentials by a function that gives headers.
// `settings` is written into the page by admin.mjs.

import { createRoot } from 'react-dom/client'
import { HydraAdmin, fetchHydra, hydraDataProvider } from '@api-platform/admin'
import { parseHydraDocumentation } from '@api-platform/api-doc-parser'

const { entrypoint, headers } = window.settings
const getHeaders = () => headers
const httpClient = (url, options = {}) => fetchHydra(url, { ...options, headers: getHeaders })
const apiDocumentationParser = (url) => parseHydraDocumentation(url, { headers: getHeaders })
const dataProvider = hydraDataProvider({ entrypoint, httpClient, apiDocumentationParser })

createRoot(document.getElementById('root')).render(
  <HydraAdmin entrypoint={entrypoint} dataProvider={dataProvider} disableTelemetry />
)
