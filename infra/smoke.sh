#!/usr/bin/env bash
# The smoke test of a Fanfare on Azure, from wherever `az` is signed in as an app: waits until the service is ready, then
# sends a canary all the way. What it needs beside the deployment's outputs in the environment it asks Azure for.
set -euo pipefail

curl --silent --show-error --fail --retry 30 --retry-delay 10 --retry-all-errors --max-time 10 --output /dev/null "$PUBLIC_URL/health/ready"

DATA_KEYS=$(az keyvault secret show --vault-name "$AZURE_KEY_VAULT_NAME" --name data-keys --query value --output tsv)
if [ -n "${GITHUB_ACTIONS:-}" ]; then echo "::add-mask::$DATA_KEYS"; fi
if [ -z "${TOKEN_AUDIENCES:-}" ]; then
  TOKEN_AUDIENCES=$(az functionapp config appsettings list --resource-group "$AZURE_RESOURCE_GROUP" --name "$AZURE_FUNCTION_APP_NAME" \
    --query "[?name=='TOKEN_AUDIENCES'].value | [0]" --output tsv)
fi
export DATA_KEYS TOKEN_AUDIENCES

npm run -s ops -- smoke
